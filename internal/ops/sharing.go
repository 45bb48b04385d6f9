package ops

import (
	"sync"

	"convx/internal/ops/problem"
	"convx/internal/ops/workers"
	"convx/internal/tensor"
)

// Sharing is o for layers that run in turn, as those of a network do: they work on the same goroutines, and in one workspace.
func (o Options) Sharing() Options {
	o.workers, o.scratch = workers.New(o.threads()), &scratch{}
	return o
}

// scratch is the workspace of layers that are prepared, maybe at once, to run in turn.
type scratch struct {
	sync.Mutex
	memory []float32
}

// shareIn gives runners a workspace: that of Sharing, where there is one, at once, so that what each had of its own is free again.
func shareIn[T tensor.Float](s *scratch, runners problem.Sequence[T]) {
	all, ok := any(runners).(problem.Sequence[float32])
	if s == nil || !ok {
		runners.Share(nil)
		return
	}
	s.Lock()
	defer s.Unlock()
	s.memory = all.Share(s.memory)
}

// Workers are the goroutines of Sharing, for other steps between the layers.
func (o Options) Workers() *workers.Pool { return o.workers }

// ShareScratch gives pipelines of these options, all that there are, one workspace in large pages, and returns the bytes that they need
// beside it and with it: workspace, and packed weights.
func (o Options) ShareScratch(pipelines []*Pipeline[float32]) (workspace, packed int) {
	var all problem.Sequence[float32]
	for _, p := range pipelines {
		all = append(all, p.runners()...)
	}
	o.scratch.memory = problem.Large[float32](all.WorkspaceSize())
	all.UseWorkspace(o.scratch.memory)
	return all.Bytes()
}
