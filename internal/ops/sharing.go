package ops

import (
	"convx/internal/ops/problem"
	"convx/internal/ops/workers"
	"convx/internal/tensor"
)

// Sharing is o for layers that run in turn, as those of a network do: they work on the same goroutines.
func (o Options) Sharing() Options {
	o.workers = workers.New(o.threads())
	return o
}

// Workers are the goroutines of Sharing, for other steps between the layers.
func (o Options) Workers() *workers.Pool { return o.workers }

// ShareScratch gives pipelines that run in turn one workspace, and returns the bytes that they need beside it and with it:
// workspace, and packed weights.
func ShareScratch[T tensor.Float](pipelines []*Pipeline[T]) (workspace, packed int) {
	var all problem.Sequence[T]
	for _, p := range pipelines {
		all = append(all, p.runners()...)
	}
	all.UseWorkspace(problem.Large[T](all.WorkspaceSize()))
	return all.Bytes()
}
