package ops

import (
	"convx/internal/ops/dense"
	"convx/internal/tensor"
)

// scratcher is a runner whose scratch memory can be replaced, between runs, by memory that others use before and after.
type scratcher[T tensor.Float] interface {
	// scratch is the elements that it needs.
	scratch() int
	// use gives it that many: whatever they hold, before a run and after it.
	use(memory []T)
}

// turns is runners that run one after the other, in the same scratch memory as far as they can.
type turns[T tensor.Float] []runner[T]

// scratch implements scratcher: what the neediest needs.
func (t turns[T]) scratch() int {
	most := 0
	for _, r := range t {
		if s, ok := r.(scratcher[T]); ok {
			most = max(most, s.scratch())
		}
	}
	return most
}

// use implements scratcher.
func (t turns[T]) use(memory []T) {
	for _, r := range t {
		if s, ok := r.(scratcher[T]); ok {
			s.use(memory[:s.scratch()])
		}
	}
}

// share gives them one scratch memory, which it returns: the one given if that is large enough.
func (t turns[T]) share(memory []T) []T {
	if n := t.scratch(); n > len(memory) {
		memory = newScratch[T](n)
	}
	t.use(memory)
	return memory
}

// bytes is as a runner's: the shared memory once, and what each keeps for itself.
func (t turns[T]) bytes() (workspace, packed int) {
	for _, r := range t {
		w, p := r.bytes()
		if s, ok := r.(scratcher[T]); ok {
			w -= s.scratch() * sizeOf[T]()
		}
		workspace, packed = workspace+max(0, w), packed+p
	}
	return workspace + t.scratch()*sizeOf[T](), packed
}

// newScratch is n elements that begin on a cache line.
func newScratch[T tensor.Float](n int) []T {
	if isFloat64[T]() {
		return aligned[T](n)
	}
	return any(dense.Aligned(n)).([]T)
}

// pieceStep is what pieces of scratch memory begin at a multiple of: a cache line of float32.
const pieceStep = 16

// piecesSize is the elements that some pieces take, one after the other.
func piecesSize[T tensor.Float](pieces []*[]T) int {
	n := 0
	for _, p := range pieces {
		n += (len(*p) + pieceStep - 1) / pieceStep * pieceStep
	}
	return n
}

// usePieces puts pieces one after the other, and returns the rest.
func usePieces[T tensor.Float](pieces []*[]T, memory []T) []T {
	for _, p := range pieces {
		n := len(*p)
		if n > 0 {
			*p = memory[:n:n]
		}
		memory = memory[(n+pieceStep-1)/pieceStep*pieceStep:]
	}
	return memory
}
