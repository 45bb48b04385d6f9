package ops

import (
	"convx/internal/ops/workers"
	"convx/internal/tensor"
)

// Sharing is o for layers that run in turn, as those of a network do: they work on the same goroutines.
func (o Options) Sharing() Options {
	o.workers = workers.New(o.threads())
	return o
}

// ShareScratch gives pipelines that run in turn one scratch memory, and returns the bytes that they need beside it and with it:
// scratch memory, and packed weights.
func ShareScratch[T tensor.Float](pipelines []*Pipeline[T]) (workspace, packed int) {
	var all turns[T]
	for _, p := range pipelines {
		all = append(all, p.runners()...)
	}
	all.share(nil)
	return all.bytes()
}
