package bench

import (
	"context"
	"errors"
	"math"
	"reflect"
	"slices"
	"sync"
	"testing"
	"time"

	"convx/internal/memory"
)

func TestMeasureWarmsUpAndRunsLongEnough(t *testing.T) {
	calls := 0
	start := time.Now()
	var s samples
	err := s.take(t.Context(), 20*time.Millisecond, func(context.Context) error {
		calls++
		time.Sleep(time.Millisecond)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	got := s.timing()
	if spent := time.Since(start); spent < 20*time.Millisecond {
		t.Errorf("stopped after %v", spent)
	}
	if got.Runs != calls-1 || got.Runs < fewestRuns {
		t.Errorf("%d runs of %d calls", got.Runs, calls)
	}
	if got.Min < time.Millisecond || got.Median < got.Min || got.Spread < 0 {
		t.Errorf("got %+v", got)
	}
}

func TestMeasureTimesShortRunsTogether(t *testing.T) {
	calls := 0
	var s samples
	err := s.take(t.Context(), time.Millisecond, func(context.Context) error { calls++; return nil })
	got := s.timing()
	if err != nil || got.Runs != calls-1 || got.Runs < 1000 || got.Min > 10*time.Microsecond {
		t.Errorf("%+v after %d calls, %v", got, calls, err)
	}
}

// A run far beyond the time that is allowed happens once; asked again, the warm sample replaces the cold.
func TestMeasureKeepsALongWarmUp(t *testing.T) {
	calls := 0
	var s samples
	sleep := func(context.Context) error {
		calls++
		time.Sleep(max(long-time.Duration(calls-1)*long*3/4, time.Millisecond))
		return nil
	}
	if err := s.take(t.Context(), time.Millisecond, sleep); err != nil {
		t.Fatal(err)
	}
	if got := s.timing(); calls != 1 || got.Runs != 1 || got.Min < long || got.Median != got.Min || got.Spread != 0 {
		t.Errorf("%+v after %d calls", got, calls)
	}
	if err := s.take(t.Context(), time.Millisecond, sleep); err != nil {
		t.Fatal(err)
	}
	if got := s.timing(); calls != 2 || got.Runs != 1 || got.Min >= long {
		t.Errorf("%+v after %d calls", got, calls)
	}
	s = samples{}
	if err := s.take(t.Context(), time.Millisecond, sleep); err != nil || s.cold {
		t.Errorf("a run of some milliseconds is not measured warm: %+v, %v", s, err)
	}
}

func TestMeasureStopsOnErrors(t *testing.T) {
	boom := errors.New("boom")
	var s samples
	if err := s.take(t.Context(), time.Hour, func(context.Context) error { return boom }); !errors.Is(err, boom) {
		t.Errorf("got %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	n := 0
	err := s.take(ctx, time.Hour, func(context.Context) error {
		if n++; n == 5 {
			cancel()
		}
		return nil
	})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestSummaryOfKnownSamples(t *testing.T) {
	s := samples{times: []time.Duration{5, 1, 4, 2, 3, 100, 6, 7}, batch: 2}
	got := s.timing()
	want := Timing{Min: 1, Median: 4, Spread: 2, Runs: 16, Samples: s.times} // (4+5)/2 rounds down; quartiles 3 and 7
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got %+v, want %+v", got, want)
	}
}

// Of many runs ten samples stay: the medians of what follows on each other.
func TestSamplesAreBounded(t *testing.T) {
	for _, n := range []int{1, 9, 10, 11, 19, 1000} {
		var times []time.Duration
		for i := range n {
			times = append(times, time.Duration(i))
		}
		got := TimingOf(times).Samples
		if len(got) != min(n, 10) || !slices.IsSorted(got) {
			t.Errorf("%d runs: %v", n, got)
		}
	}
	var times []time.Duration
	for i := range 30 {
		times = append(times, []time.Duration{7, 1000, time.Duration(i / 3)}[i%3])
	}
	if got := TimingOf(times).Samples; !slices.Equal(got, []time.Duration{7, 7, 7, 7, 7, 7, 7, 7, 8, 9}) {
		t.Errorf("medians of threes: %v", got)
	}
}

func TestNoisyTimesSaySo(t *testing.T) {
	if (Timing{Median: 100, Spread: 20}).Noisy() || !(Timing{Median: 100, Spread: 21}).Noisy() {
		t.Error("the bound is a fifth of the median")
	}
}

func TestRoofline(t *testing.T) {
	m := Machine{PeakGFLOPS: 100, BandwidthGBS: 10}
	if g, memory := m.Attainable(2); g != 20 || !memory {
		t.Errorf("below the ridge: %g, %t", g, memory)
	}
	if g, memory := m.Attainable(50); g != 100 || memory {
		t.Errorf("beyond the ridge: %g, %t", g, memory)
	}
}

func TestMachineIsPlausible(t *testing.T) {
	m := MeasureMachine(1)
	if m.CPU == "" || m.PeakGFLOPS < 0.1 || m.PeakGFLOPS > 10000 || m.BandwidthGBS < 0.1 || m.BandwidthGBS > 10000 {
		t.Errorf("got %+v", m)
	}
}

// Threads that take turns do not make more work than one: here all share one processor, a lock.
func TestRateOfThreadsThatShareAProcessor(t *testing.T) {
	var processor sync.Mutex
	turns := 0
	start := time.Now()
	got := rate(8, 40*time.Millisecond, func() float64 {
		processor.Lock()
		defer processor.Unlock()
		time.Sleep(time.Millisecond)
		turns++
		return 1
	})
	if most := float64(turns) / 0.04; turns < 8 || got > most || got > 1000 {
		t.Errorf("%d turns in %v are %.0f a second", turns, time.Since(start), got)
	}
}

// However many threads measure the bandwidth, their buffers leave most of the memory free.
func TestBandwidthBuffersFit(t *testing.T) {
	free, known := memory.Available()
	if !known {
		free = math.MaxInt
	}
	for _, threads := range []int{1, 2, 64, 1024} {
		if n := copiedBy(threads); 2*n*threads > free/2 || n > mostCopied {
			t.Errorf("%d threads copy %d bytes each, and %d are free", threads, n, free)
		}
	}
}
