package infer

import (
	"runtime/debug"
	"slices"
	"sync"

	"convx/internal/network"
	"convx/internal/ops/problem"
	"convx/internal/tensor"
)

// spares is memory of weights that are packed, for those that are read next: the first touch of a page takes longer than reading
// a file into it, and what is read and packed by turns stays in the caches.
type spares struct {
	sync.Mutex
	opened bool
	usual  int // bytes of what is allocated for less
	most   int // that are kept
	made   int // bytes of all that were allocated
	free   [][]byte
}

const (
	leastSpare = 16 << 10 // bytes of a weight that is worth it
	mostUsual  = 64 << 20

	worthReturning = 16 << 20 // bytes: it takes milliseconds
)

// open lends memory from now on. What was read before may be a part of other constants, and is never lent.
func (s *spares) open(net *Network) {
	for i := range net.values {
		if w := net.values[i].weight; w != nil {
			s.usual = max(s.usual, w.Bytes)
		}
	}
	s.usual, s.most, s.opened = min(s.usual, mostUsual), net.options.threads(), true
}

// close forgets all, and returns what is large to the system: activations come next, and would come on top of it.
func (s *spares) close() {
	made := s.made
	if *s = (spares{}); made >= worthReturning {
		debug.FreeOSMemory()
	}
}

// read reads a weight, and returns the memory that it was read into where that is to be given back.
func (s *spares) read(w *network.Weight) (*tensor.Array, []byte, error) {
	if !s.opened || w.ReadInto == nil || w.Bytes < leastSpare {
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

// take is the smallest memory that holds so many bytes, or new one in place of the largest.
func (s *spares) take(bytes int) []byte {
	s.Lock()
	defer s.Unlock()
	best := -1
	for i, m := range s.free {
		if cap(m) >= bytes && (best < 0 || cap(m) < cap(s.free[best])) {
			best = i
		}
	}
	if best >= 0 {
		m := s.free[best]
		s.free = slices.Delete(s.free, best, best+1)
		return m[:bytes:cap(m)]
	}
	if n := len(s.free); n > 0 {
		s.free = s.free[:n-1]
	}
	most := max(bytes, s.usual)
	s.made += most
	return bytesIn(problem.Aligned((most+3)/4), most)[:bytes]
}

// give makes memory spare, if there is any; no more is kept than threads read at once.
func (s *spares) give(memory []byte) {
	s.Lock()
	defer s.Unlock()
	if memory == nil || !s.opened || len(s.free) >= s.most {
		return
	}
	s.free = append(s.free, memory)
	slices.SortFunc(s.free, func(a, b []byte) int { return cap(a) - cap(b) })
}
