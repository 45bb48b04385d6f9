package workers

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
)

// sums adds up two phases: the second reads what the first wrote.
type sums struct {
	squares []int64
	total   atomic.Int64
	users   []atomic.Int64 // by worker: 1 while it works
	clashes atomic.Int64
}

func (s *sums) Work(m *Worker) {
	if s.users[m.ID].Add(1) != 1 {
		s.clashes.Add(1)
	}
	for i := m.Next(len(s.squares)); i >= 0; i = m.Next(len(s.squares)) {
		s.squares[i] = int64(i) * int64(i)
	}
	for i := m.Next(len(s.squares)); i >= 0; i = m.Next(len(s.squares)) { // each item is the mirror of one
		s.squares[m.Mirror(i, len(s.squares))]++
	}
	for i := m.Next(1); i >= 0; i = m.Next(1) {
		for _, v := range s.squares {
			s.total.Add(v)
		}
	}
	for i := m.Next(0); i >= 0; i = m.Next(0) {
		s.clashes.Add(1)
	}
	s.users[m.ID].Add(-1)
}

func TestEveryItemOnceAndPhasesInOrder(t *testing.T) {
	for size := 1; size <= 5; size++ {
		pool := New(size)
		for run := range 300 {
			s := &sums{squares: make([]int64, run%40), users: make([]atomic.Int64, size)}
			pool.RunOn(t.Context(), 1+run%(size+1), s)
			var want int64
			for i := range s.squares {
				want += int64(i*i) + 1
			}
			if got := s.total.Load(); got != want || s.clashes.Load() != 0 {
				t.Fatalf("size %d run %d: total %d, want %d; %d clashes", size, run, got, want, s.clashes.Load())
			}
		}
	}
}

func TestRunAllocatesNothing(t *testing.T) {
	pool := New(2)
	s := &sums{squares: make([]int64, 8), users: make([]atomic.Int64, 2)}
	if n := testing.AllocsPerRun(200, func() { pool.Run(t.Context(), s) }); n != 0 {
		t.Errorf("%v allocations a run", n)
	}
}

func BenchmarkRun(b *testing.B) {
	pool := New(2)
	s := &sums{squares: make([]int64, 8), users: make([]atomic.Int64, 2)}
	for b.Loop() {
		pool.Run(b.Context(), s)
	}
}

// stopper cancels its own run in the first of two phases.
type stopper struct {
	cancel func()
	done   atomic.Int64
}

func (s *stopper) Work(m *Worker) {
	for range 2 {
		for i := m.Next(1000); i >= 0; i = m.Next(1000) {
			if s.done.Add(1) == 10 {
				s.cancel()
			}
		}
	}
}

func TestRunStops(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	s := &stopper{cancel: cancel}
	if err := New(3).Run(ctx, s); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v, want the context's", err)
	}
	if n := s.done.Load(); n < 10 || n > 12 {
		t.Errorf("%d items were done, want 10 and those in hand", n)
	}
}
