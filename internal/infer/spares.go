package infer

import (
	"runtime"
	"runtime/debug"
	"slices"
	"sync"

	"convx/internal/network"
	"convx/internal/ops/problem"
	"convx/internal/tensor"
)

// spares is memory of weights that are packed, for those that are read next: the first touch of a page takes longer than reading
// a file into it, and what is read and packed by turns stays in the caches. The largest weights are read first, while little is
// packed.
type spares struct {
	sync.Mutex
	most int      // that are kept; 0 before and after they are lent
	made int      // bytes of all that were allocated
	free [][]byte // the smallest first
}

const (
	leastSpare     = 16 << 10 // bytes of a weight that is worth it
	worthReturning = 16 << 20 // bytes: it takes milliseconds
)

// open lends memory from now on: a thread reads a weight, and computes another from it. What was read before may be a part of other
// constants, and is never lent.
func (s *spares) open(threads int) { s.most = 2 * threads }

// close forgets all.
func (s *spares) close() { s.most, s.free = 0, nil }

// rest returns what weights leave to the system, where that is much, or where much comes next, which would come on top of it.
func (s *spares) rest(next int) {
	if max(s.made, next) >= worthReturning {
		debug.FreeOSMemory()
	}
}

// read reads a weight, and returns the memory that it was read into where that is to be given back.
func (s *spares) read(w *network.Weight) (*tensor.Array, []byte, error) {
	if s.most == 0 || w.ReadInto == nil || w.Bytes < leastSpare {
		a, err := w.Read()
		return a, nil, err
	}
	memory := s.take(w.Bytes)
	a, err := w.ReadInto(memory)
	if err != nil {
		return nil, nil, err
	}
	if !overlap(a.Raw(), memory) {
		s.give(memory)
		memory = nil
	}
	return a, memory, nil
}

// take is memory for so many bytes: spare, if that is not far larger. What is will not be needed again, and is collected where that is
// much, so that what is packed next takes its pages.
func (s *spares) take(bytes int) []byte {
	s.Lock()
	defer s.Unlock()
	dropped := 0
	s.free = slices.DeleteFunc(s.free, func(m []byte) bool {
		if cap(m) <= 2*bytes {
			return false
		}
		dropped += cap(m)
		return true
	})
	if dropped >= worthReturning {
		runtime.GC()
	}
	for i, m := range s.free {
		if cap(m) >= bytes {
			s.free = slices.Delete(s.free, i, i+1)
			return m[:bytes]
		}
	}
	s.made += bytes
	return bytesIn(problem.Aligned((bytes+3)/4), bytes)
}

// give makes memory spare, if there is any.
func (s *spares) give(memory []byte) {
	s.Lock()
	defer s.Unlock()
	if memory == nil || len(s.free) >= s.most {
		return
	}
	s.free = append(s.free, memory)
	slices.SortFunc(s.free, func(a, b []byte) int { return cap(a) - cap(b) })
}
