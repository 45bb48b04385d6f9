package problem

import (
	"unsafe"

	"convx/internal/tensor"
)

// WorkspaceSharer is a runner whose workspace can be replaced, between runs, by memory that others use before and after.
type WorkspaceSharer[T tensor.Float] interface {
	// WorkspaceSize is the elements that it needs.
	WorkspaceSize() int
	// UseWorkspace gives it at least that many: whatever they hold, before a run and after it.
	UseWorkspace(memory []T)
}

// Sequence is runners that run one after the other, in the same workspace as far as they can.
type Sequence[T tensor.Float] []Runner[T]

// WorkspaceSize implements WorkspaceSharer: what the neediest needs.
func (s Sequence[T]) WorkspaceSize() int {
	most := 0
	for _, r := range s {
		if w, ok := r.(WorkspaceSharer[T]); ok {
			most = max(most, w.WorkspaceSize())
		}
	}
	return most
}

// UseWorkspace implements WorkspaceSharer.
func (s Sequence[T]) UseWorkspace(memory []T) {
	for _, r := range s {
		if w, ok := r.(WorkspaceSharer[T]); ok {
			w.UseWorkspace(memory)
		}
	}
}

// Share gives them one workspace, which it returns: the one given if that is large enough.
func (s Sequence[T]) Share(memory []T) []T {
	if n := s.WorkspaceSize(); n > len(memory) {
		memory = NewWorkspace[T](n)
	}
	s.UseWorkspace(memory)
	return memory
}

// Bytes is as a runner's: the shared workspace once, and what each keeps for itself.
func (s Sequence[T]) Bytes() (workspace, packed int) {
	for _, r := range s {
		w, p := r.Bytes()
		if shared, ok := r.(WorkspaceSharer[T]); ok {
			w -= shared.WorkspaceSize() * SizeOf[T]()
		}
		workspace, packed = workspace+max(0, w), packed+p
	}
	return workspace + s.WorkspaceSize()*SizeOf[T](), packed
}

// NewWorkspace is n elements that begin on a cache line, or on 16 bytes in float64.
func NewWorkspace[T tensor.Float](n int) []T {
	if IsFloat64[T]() {
		return Aligned16[T](n)
	}
	return any(Aligned(n)).([]T)
}

// Large is NewWorkspace for what all of is written to, again and again: it prefers large pages.
func Large[T tensor.Float](n int) []T {
	s := NewWorkspace[T](n)
	preferLargePages(unsafe.Slice((*byte)(unsafe.Pointer(unsafe.SliceData(s))), n*SizeOf[T]()))
	return s
}

// Buffers are the workspace of something that several workers compute. Those of every other worker stand at its end: steps that share
// a workspace and need different sizes would else give one worker what another has just written, out of another processor's cache.
type Buffers struct{ first, last []*[]float32 }

// Add appends buffers that one worker writes to, or all of them: worker is 0 then.
func (b *Buffers) Add(worker int, buffers ...*[]float32) {
	if worker%2 == 0 {
		b.first = append(b.first, buffers...)
	} else {
		b.last = append(b.last, buffers...)
	}
}

// Size is the elements that they take.
func (b *Buffers) Size() int { return BuffersSize(b.first) + BuffersSize(b.last) }

// Use puts them at the beginning and at the end of memory.
func (b *Buffers) Use(memory []float32) {
	UseBuffers(b.first, memory)
	end := len(memory) / bufferStep * bufferStep
	UseBuffers(b.last, memory[end-BuffersSize(b.last):end])
}

// bufferStep is what buffers in a workspace begin at a multiple of: a cache line of float32.
const bufferStep = 16

// BuffersSize is the elements that some buffers take, one after the other.
func BuffersSize[T tensor.Float](buffers []*[]T) int {
	n := 0
	for _, b := range buffers {
		n += (len(*b) + bufferStep - 1) / bufferStep * bufferStep
	}
	return n
}

// UseBuffers puts buffers one after the other, and returns the rest.
func UseBuffers[T tensor.Float](buffers []*[]T, memory []T) []T {
	for _, b := range buffers {
		n := len(*b)
		if n > 0 {
			*b = memory[:n:n]
		}
		memory = memory[(n+bufferStep-1)/bufferStep*bufferStep:]
	}
	return memory
}

// Aligned returns n elements that begin on a cache line, which they share with nothing else: vectors of 64 bytes
// that straddle two lines cost twice.
func Aligned(n int) []float32 {
	s := make([]float32, (n+15)/16*16+15)
	skip := int(-uintptr(unsafe.Pointer(unsafe.SliceData(s)))>>2) & 15
	return s[skip : skip+n : skip+n]
}

// Aligned16 returns n elements that begin on 16 bytes: gonum's dot product begins at such a boundary of its second operand,
// and so sums in an order that depends on where the operand lies.
func Aligned16[T tensor.Float](n int) []T {
	size := SizeOf[T]()
	s := make([]T, n+16/size)
	skip := int(-uintptr(unsafe.Pointer(unsafe.SliceData(s)))%16) / size
	return s[skip:][:n:n]
}

// On16 is s where it begins on 16 bytes, else a copy that does: small slices of the heap begin on 8.
func On16[T tensor.Float](s []T) []T {
	if uintptr(unsafe.Pointer(unsafe.SliceData(s)))%16 == 0 {
		return s
	}
	to := Aligned16[T](len(s))
	copy(to, s)
	return to
}
