package team

import (
	"sync/atomic"
	"testing"
)

// sums adds up two phases: the second reads what the first wrote.
type sums struct {
	squares []int64
	total   atomic.Int64
	users   []atomic.Int64 // by member: 1 while it works
	clashes atomic.Int64
}

func (s *sums) Work(m *Member) {
	if s.users[m.ID].Add(1) != 1 {
		s.clashes.Add(1)
	}
	for i := m.Next(len(s.squares)); i >= 0; i = m.Next(len(s.squares)) {
		s.squares[i] = int64(i) * int64(i)
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
		team := New(size)
		for run := range 300 {
			s := &sums{squares: make([]int64, run%40), users: make([]atomic.Int64, size)}
			team.RunOn(1+run%(size+1), s)
			var want int64
			for i := range s.squares {
				want += int64(i * i)
			}
			if got := s.total.Load(); got != want || s.clashes.Load() != 0 {
				t.Fatalf("size %d run %d: total %d, want %d; %d clashes", size, run, got, want, s.clashes.Load())
			}
		}
	}
}

func TestRunAllocatesNothing(t *testing.T) {
	team := New(2)
	s := &sums{squares: make([]int64, 8), users: make([]atomic.Int64, 2)}
	if n := testing.AllocsPerRun(200, func() { team.Run(s) }); n != 0 {
		t.Errorf("%v allocations a run", n)
	}
}

func BenchmarkRun(b *testing.B) {
	team := New(2)
	s := &sums{squares: make([]int64, 8), users: make([]atomic.Int64, 2)}
	for b.Loop() {
		team.Run(s)
	}
}
