package bench

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"convx/internal/layer"
	"convx/internal/ops"
	"convx/internal/shape"
)

// smallLayers are small layers of every variant that can have 8 channels.
func smallLayers(t *testing.T) (entries []Entry) {
	t.Helper()
	for _, name := range layer.VariantNames() {
		for _, in := range []string{"8x12x12", "8x40", "8x6x6x6"} {
			e, err := readSuite("s", []byte("layers:\n  - {name: "+name+", variant: "+name+", input: "+in+"}\n"))
			if err != nil {
				continue
			}
			if _, err := shape.Of(e[0].Layer); err == nil {
				entries = append(entries, e[0])
				break
			}
		}
	}
	if n := len(layer.VariantNames()); len(entries) < n*2/3 {
		t.Fatalf("only %d of %d variants", len(entries), n)
	}
	return entries
}

// Results are told apart by their names, and no two compute a layer alike.
func TestAlgorithmsDiffer(t *testing.T) {
	for _, e := range append(smallLayers(t), resizeConv(t)) {
		results, err := Algorithms(t.Context(), e, Options{Options: ops.Options{Algorithm: "auto", Threads: 1}, MinTime: 1}, func(string) {})
		if err != nil {
			t.Errorf("%s: %v", e.Name, err)
			continue
		}
		for i, r := range results {
			for _, s := range results[:i] {
				if r.Algorithm == s.Algorithm {
					t.Errorf("%s: two results are %s: %v and %v", e.Name, r.Algorithm, r.Steps, s.Steps)
				}
				if sameSteps(r.Steps, s.Steps) {
					t.Errorf("%s: %s and %s are the same steps", e.Name, r.Algorithm, s.Algorithm)
				}
			}
		}
		if !slices.ContainsFunc(results, func(r Result) bool { return strings.Contains(r.Algorithm, "reference") }) {
			t.Errorf("%s: no result of the reference", e.Name)
		}
	}
}

// The names of a layer whose side stage alone can be computed in two ways, by all stages.
func TestAlgorithmsNameSideStages(t *testing.T) {
	results, err := Algorithms(t.Context(), resizeConv(t), Options{Options: ops.Options{Algorithm: "auto", Threads: 1}, MinTime: 1}, func(string) {})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, r := range results {
		names = append(names, r.Algorithm)
	}
	long := slices.DeleteFunc(slices.Clone(names), func(s string) bool { return !strings.HasPrefix(s, "separable+") })
	if len(long) != 1 || !slices.Contains(names, "gemm") {
		t.Errorf("got %v", names)
	}
}

func resizeConv(t *testing.T) Entry {
	t.Helper()
	e, err := readSuite("s", []byte("layers:\n  - {name: r, variant: resize-conv, input: 8x12x12, kernel: 1, scale: 2}\n"))
	if err != nil {
		t.Fatal(err)
	}
	return e[0]
}

// A selection is kept: the choice and all others do without what it forbids.
func TestAlgorithmsKeepTheSelection(t *testing.T) {
	for _, e := range smallLayers(t) {
		for _, without := range []string{"winograd", "simd", "gemm", "direct-nchw"} {
			o := Options{Options: ops.Options{Algorithm: "auto,-" + without, Threads: 1}, MinTime: 1}
			results, err := Algorithms(t.Context(), e, o, func(string) {})
			if err != nil {
				t.Errorf("%s without %s: %v", e.Name, without, err)
			}
			for _, r := range results {
				for _, s := range r.Steps {
					if strings.TrimPrefix(s.Algorithm, "phases-") == without {
						t.Errorf("%s without %s: %s has the steps %v", e.Name, without, r.Algorithm, r.Steps)
					}
				}
			}
		}
	}
}

func TestAlgorithmsRefuseBadSelections(t *testing.T) {
	for _, s := range []string{"nonsense", "auto,-reference", "gemm,-winograd"} {
		if r, err := Algorithms(t.Context(), resizeConv(t), Options{Options: ops.Options{Algorithm: s, Threads: 1}, MinTime: 1}, func(string) {}); err == nil {
			t.Errorf("%s: got %v", s, r)
		}
	}
}

// An interrupt leaves the layers that were timed, each of which was told when it was done.
func TestTuneInterrupted(t *testing.T) {
	entries := smallLayers(t)[:4]
	ctx, interrupt := context.WithCancel(t.Context())
	var told []Result
	var timed Timed
	err := timed.Tune(ctx, entries, Options{Options: ops.Options{Threads: 1}, MinTime: 1}, Hearer{
		Left: func(e Entry, err error) { t.Error(e.Name, err) },
		At:   func(string) {},
		Done: func(done, of int, rows []Result) {
			if of != len(entries) || rows[0].Name != entries[done-1].Name {
				t.Errorf("%d of %d is %s", done, of, rows[0].Name)
			}
			if told = append(told, rows...); done == 2 {
				interrupt()
			}
		},
	})
	m, rows := timed.Results()
	if !errors.Is(err, context.Canceled) || !reflect.DeepEqual(rows, told) || rows[len(rows)-1].Name != entries[1].Name || m.PeakGFLOPS <= 0 {
		t.Errorf("%v, %d rows of %d, peak %g", err, len(rows), len(told), m.PeakGFLOPS)
	}
}

// What is far from the best runs twice, once to warm up, whatever the time that it was to be timed for; what is near goes on.
func TestFarFromTheBest(t *testing.T) {
	for _, c := range []struct {
		best time.Duration
		far  bool
	}{{0, false}, {time.Hour, false}, {time.Nanosecond, true}} {
		s := samples{best: c.best}
		runs, enough := 0, errors.New("a third run")
		err := s.take(t.Context(), time.Hour, func(context.Context) error {
			if runs++; runs == 3 {
				return enough
			}
			time.Sleep(2 * shortest)
			return nil
		})
		if far := err == nil && runs == 2 && len(s.timing().Samples) == 1; far != c.far || !far && !errors.Is(err, enough) {
			t.Errorf("%+v: %d runs, %v", c, runs, err)
		}
	}
}
