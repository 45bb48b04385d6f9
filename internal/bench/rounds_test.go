package bench

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"convx/internal/ops"
)

// A suite is timed in rounds: each layer has a sample of each, and so has the machine; keeping the layers prepared or not changes nothing else.
func TestSuiteTimesInRounds(t *testing.T) {
	entries, err := readSuite("s", []byte("layers:\n  - {name: a, variant: standard, input: 8x12x12}\n  - {name: b, variant: depthwise, input: 8x12x12}\n"))
	if err != nil {
		t.Fatal(err)
	}
	o := Options{Options: ops.Options{Threads: 1}, MinTime: 5 * time.Millisecond}
	var turns []string
	var timed Timed
	left := func(e Entry, err error) { t.Error(e.Name, err) }
	if err := timed.Suite(t.Context(), entries, o, Hearer{Left: left, At: func(s string) {
		if strings.HasPrefix(s, "timing") {
			turns = append(turns, s)
		}
	}}); err != nil {
		t.Fatal(err)
	}
	m, results := timed.Results()
	if len(m.Peaks) != Rounds || len(m.Bandwidths) != Rounds || m.PeakGFLOPS < slices.Max(m.Peaks) || m.BandwidthGBS < slices.Max(m.Bandwidths) {
		t.Errorf("%+v", m)
	}
	for _, r := range results {
		if n := len(r.Samples); n == 0 || n > Rounds || r.Runs < n {
			t.Errorf("%s: %+v", r.Name, r.Timing)
		}
	}
	if len(turns) < 4 || turns[0] != "timing 1/2 a, round 1 of 10" || turns[1] != "timing 2/2 b, round 1 of 10" {
		t.Errorf("%q", turns)
	}
}

// A layer that declines is left out; one that is alone is the error.
func TestSuiteLeavesOut(t *testing.T) {
	entries, err := readSuite("s", []byte("layers:\n  - {name: a, variant: standard, input: 8x12x12, stride: 2}\n  - {name: b, variant: standard, input: 8x12x12}\n"))
	if err != nil {
		t.Fatal(err)
	}
	for _, time := range []func(*Timed, context.Context, []Entry, Options, Hearer) error{(*Timed).Suite, (*Timed).Tune} {
		o := Options{Options: ops.Options{Threads: 1, Algorithm: "patches"}, MinTime: 1}
		var left []string
		var timed Timed
		h := Hearer{Left: func(e Entry, _ error) { left = append(left, e.Name) }, At: func(string) {}}
		err := time(&timed, t.Context(), entries, o, h)
		if _, results := timed.Results(); err == nil || len(results) != 0 || len(left) != 2 {
			t.Errorf("%v, %d results, %v", err, len(results), left)
		}
		if err := time(&timed, t.Context(), entries[:1], o, h); err == nil || len(left) != 2 {
			t.Errorf("accepted, or left %v", left)
		}
	}
}

// All rounds together take what was asked for, however long a run is; a layer slower than that has the fewest runs there may be.
func TestRoundsAddUp(t *testing.T) {
	for _, once := range []time.Duration{100 * time.Microsecond, 3 * time.Millisecond, 15 * time.Millisecond} {
		const atLeast = 20 * time.Millisecond
		var s samples
		warm := 0
		s.warm = func(context.Context) error { warm++; return nil }
		for round := range Rounds {
			if s.ahead(round, atLeast) {
				continue
			}
			if err := s.take(t.Context(), atLeast/Rounds, func(context.Context) error { time.Sleep(once); return nil }); err != nil {
				t.Fatal(err)
			}
		}
		if s.spent < atLeast || len(s.times) < fewestRuns && s.spent < patience*atLeast || warm != len(s.turns) {
			t.Errorf("%v: %d runs in %v, %d turns, warmed up %d times", once, len(s.times), s.spent, len(s.turns), warm)
		}
		if got := s.timing(); len(got.Samples) != len(s.turns) {
			t.Errorf("%v: %d samples of %d turns", once, len(got.Samples), len(s.turns))
		}
	}
	var s samples
	boom := errors.New("boom")
	s.warm = func(context.Context) error { return boom }
	if err := s.take(t.Context(), 1, func(context.Context) error { return nil }); !errors.Is(err, boom) {
		t.Error(err)
	}
}

// Spread and drift are what they say, whatever the scale; a steady loop has neither.
func TestRates(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := rapid.Float64Range(0.01, 1000).Draw(t, "rate")
		n := rapid.IntRange(1, 12).Draw(t, "rounds")
		slope := rapid.Float64Range(-0.05, 0.2).Draw(t, "slope")
		var steady, rising Rates
		for i := range n {
			steady, rising = append(steady, at), append(rising, at*(1+slope*float64(i)))
		}
		if steady.Spread() != 0 || steady.Drift() != 0 || steady.Unsteady() || steady.Median() != at {
			t.Fatalf("%v: %g, %g", steady, steady.Spread(), steady.Drift())
		}
		if n >= 3 {
			third := float64(n / 3)
			first, last := 1+slope*(third-1)/2, 1+slope*(float64(n)-1-(third-1)/2)
			if want := last/first - 1; math.Abs(rising.Drift()-want) > 1e-9 || (math.Abs(want) > unsteady+1e-9) && !rising.Unsteady() {
				t.Fatalf("%v: drift %g, want %g", rising, rising.Drift(), want)
			}
		}
	})
	if r := (Rates{9, 10, 10, 11, 14, 6, 10, 10}); math.Abs(r.Spread()-0.05) > 1e-12 {
		t.Errorf("spread %g", r.Spread())
	}
	if (Rates{}).Spread() != 0 || (Rates{}).Median() != 0 {
		t.Error("nothing varies")
	}
}
