package budget

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"convx/internal/report"
)

func timed(name string, median, spread int) Measured {
	return Measured{Name: name, Kind: "standard", Median: time.Duration(median) * time.Microsecond, Spread: time.Duration(spread) * time.Microsecond}
}

func times(layers ...Measured) Times {
	t := Times{Name: "net", CPU: "a processor", Threads: 2}
	for _, m := range layers {
		t.Add(m, "gemm", 1)
	}
	return t
}

// A limit of time is passed, or holds, where what was measured is further away than it varies; else there is no verdict.
func TestNoVerdictWithinTheNoise(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(0, 1000)
		median, spread, limit := n.Draw(t, "median"), n.Draw(t, "spread"), n.Draw(t, "limit")
		b, err := ParseLimits(fmt.Sprintf("max-time=%dus", limit))
		if err != nil {
			t.Fatal(err)
		}
		v, err := Terms{Budgets: []Budget{b}}.HoldTimes(times(timed("a", median, spread)))
		if err != nil {
			t.Fatal(err)
		}
		want := Noisy
		switch {
		case median-spread > limit:
			want = Over
		case median+spread < limit:
			want = Holds
		}
		if got := v.Checks[0].Verdict(); got != want {
			t.Fatalf("%d ± %d against %d: %s, want %s", median, spread, limit, got, want)
		}
		if err := v.Failure(""); (err != nil) != (want == Over) {
			t.Fatalf("%s: %v", want, err)
		}
	})
}

func TestTimesSinceABaseline(t *testing.T) {
	path := filepath.Join(t.TempDir(), "base.json")
	layer := func(name string, median, spread float64, count int) string {
		return fmt.Sprintf(`{"name": %q, "variant": "standard", "algorithm": "gemm", "count": %d, "seconds": {"min": 0, "median": %g, "spread": %g}}`, name, count, median, spread)
	}
	base := `{"cpu": "a processor", "threads": 2, "layers": [` + strings.Join([]string{layer("a", 100e-6, 5e-6, 1), layer("b", 200e-6, 10e-6, 1), layer("c", 50e-6, 1e-6, 1), layer("old", 10e-6, 0, 1)}, ", ") + `]}`
	if err := os.WriteFile(path, []byte(base), 0o644); err != nil {
		t.Fatal(err)
	}
	now := times(timed("a", 130, 5), timed("b", 215, 10), timed("c", 40, 1), timed("new", 10, 0))
	v, err := Terms{Baseline: path}.HoldTimes(now)
	if err != nil {
		t.Fatal(err)
	}
	var verdicts []string
	for _, d := range v.Times {
		verdicts = append(verdicts, d.verdict())
	}
	if got := strings.Join(verdicts, " "); got != "slower ~ faster new gone" {
		t.Error(got)
	}
	// 395 ± 16 after 360 ± 16: 35 more, and 32 may be noise.
	if got := v.Checks[0].String(); got != "increase of time: 395 us ± 32 us, 360 us before, 360 us allowed, 35 us over (9.72%); grown most: a 30 us (100.0%)" {
		t.Error(got)
	}
	for allowed, want := range map[string]Verdict{"time=0%": Over, "time=1%": Noisy, "time=18%": Noisy, "time=19%": Holds, "time=20us": Noisy} {
		grow, err := ParseIncreases(allowed)
		if err != nil {
			t.Fatal(err)
		}
		v, err := Terms{Baseline: path, Allowed: grow}.HoldTimes(now)
		if err != nil || v.Checks[0].Verdict() != want {
			t.Errorf("%s: %v, %v, want %s", allowed, v.Checks, err, want)
		}
	}
	var b bytes.Buffer
	all := Report{Parts: []Held{{Outcome: v}}}
	if err := all.Write(&b, report.Layout{}, report.TableFormat); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{" a ", "slower", "+30 us (+30.0%)", "~"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
	now.CPU = "another"
	if v, err = (Terms{Baseline: path}).HoldTimes(now); err != nil || len(v.Notes) != 2 || !strings.Contains(v.Notes[0], "was timed on a processor with 2 threads, this on another") {
		t.Errorf("%q, %v", v.Notes, err)
	}
}

func TestTimesRefuse(t *testing.T) {
	b, err := ParseLimits("max-macs=3")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := (Terms{Budgets: []Budget{b}}).HoldTimes(times()); err == nil || !strings.Contains(err.Error(), "max-macs: what is timed has a time alone to limit") {
		t.Error(err)
	}
	for text, want := range map[string]string{
		`{"layers": []}`:                           "it holds no times",
		`{"layers": [{"name": "a"}]}`:              "it holds no times",
		`{"layers": [{"seconds": {"median":-1}}]}`: "it holds no times",
		`{"layers": 3}`:                            "layers is a JSON number",
		`{`:                                        "not convx's JSON",
	} {
		if _, err := parseTimes([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %s", text, err, want)
		}
	}
}

// The whole has as many samples as the layer that has the fewest, each the sum of all layers, as often as they occur.
func TestSamplesOfTheWhole(t *testing.T) {
	var times Times
	times.Add(Measured{Name: "a", Samples: []time.Duration{1, 2, 3, 4, 5, 6}}, "gemm", 2)
	times.Add(Measured{Name: "b", Samples: []time.Duration{100, 200, 300}}, "gemm", 0)
	if got := fmt.Sprint(times.Whole.Samples); got != "[104ns 208ns 312ns]" {
		t.Error(got)
	}
	times.Add(Measured{Name: "c"}, "gemm", 1)
	if len(times.Whole.Samples) != 0 {
		t.Error(times.Whole.Samples)
	}
}
