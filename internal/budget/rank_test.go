package budget

import (
	"fmt"
	"math"
	"math/bits"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// dealt is the test of ranks by its definition: U is how many pairs have the time of a above that of b, half of those that are equal;
// all ways to choose which of the times are a's are tried.
func dealt(a, b []time.Duration) float64 {
	all := append(append([]time.Duration{}, a...), b...)
	u := func(chosen uint) (twice int) {
		for i, x := range all {
			for j, y := range all {
				if chosen>>i&1 == 0 || chosen>>j&1 == 1 {
					continue
				}
				switch {
				case x > y:
					twice += 2
				case x == y:
					twice++
				}
			}
		}
		return twice
	}
	middle := len(a) * len(b)
	away := func(v int) int { return max(v-middle, middle-v) }
	seen := away(u(1<<len(a) - 1))
	as, total := 0, 0
	for chosen := range uint(1) << len(all) {
		if bits.OnesCount(chosen) == len(a) {
			total++
			if away(u(chosen)) >= seen {
				as++
			}
		}
	}
	return float64(as) / float64(total)
}

func TestRankTestIsItsDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		times := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) time.Duration { return time.Duration(rapid.IntRange(1, 8).Draw(t, "time")) }), 1, 5)
		a, b := times.Draw(t, "a"), times.Draw(t, "b")
		p, higher := rankTest(a, b)
		if want := dealt(a, b); math.Abs(p-want) > 1e-12 {
			t.Fatalf("%v against %v: %v, want %v", a, b, p, want)
		}
		q, lower := rankTest(b, a)
		if math.Abs(p-q) > 1e-12 || higher && lower {
			t.Fatalf("%v against %v: %v %v, the other way round %v %v", a, b, p, higher, q, lower)
		}
	})
}

// Ten times against ten that all differ: two orders of 184,756, as in every table. Three against three are never enough.
func TestRankTestOfSeparateTimes(t *testing.T) {
	row := func(n, from int) (out []time.Duration) {
		for i := range n {
			out = append(out, time.Duration(from+i))
		}
		return out
	}
	for _, c := range []struct {
		n    int
		want float64
	}{{10, 2. / 184756}, {4, 2. / 70}, {3, 2. / 20}} {
		if p, higher := rankTest(row(c.n, 100), row(c.n, 1)); math.Abs(p-c.want) > 1e-15 || !higher {
			t.Errorf("%d against %d: %v %v, want %v", c.n, c.n, p, higher, c.want)
		}
	}
	for n := 1; n < 9; n++ {
		for m := 1; m < 9; m++ {
			if p, _ := rankTest(row(n, 100), row(m, 1)); math.Abs(p-leastP(n, m)) > 1e-12 {
				t.Errorf("%d against %d: %v, at least %v", n, m, p, leastP(n, m))
			}
		}
	}
	if p, _ := rankTest(row(mostTimes, 1), row(mostTimes, 1)); math.Abs(p-1) > 1e-9 {
		t.Errorf("the same times: %v", p)
	}
}

func baselineOf(t *testing.T, samples string) string {
	path := filepath.Join(t.TempDir(), "base.json")
	text := `{"cpu": "a processor", "threads": 2, "layers": [{"name": "a", "variant": "standard", "algorithm": "gemm", "seconds": {"median": 100e-6, "spread": 1e-6` + samples + `}}]}`
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

// A verdict takes both: ranges that do not meet, and ranks that chance would not deal; a baseline without samples has its ranges compared, which is said.
func TestRanksDecide(t *testing.T) {
	now := timed("a", 110, 1)
	for i := range 5 {
		now.Samples = append(now.Samples, time.Duration(108+i)*time.Microsecond)
	}
	shuffled := now
	shuffled.Spread = 0
	shuffled.Samples = []time.Duration{99000, 101500, 98000, 102500, 110000}
	few, wide := now, now
	few.Samples = few.Samples[:3]
	wide.Spread = 9 * time.Microsecond
	const three = `, "samples": [98e-6, 100e-6, 102e-6]`
	const before = `, "samples": [98e-6, 99e-6, 100e-6, 101e-6, 102e-6]`
	for _, c := range []struct {
		name, samples, layer string
		now                  Measured
		allowed              string
		whole                Verdict
		note                 string
	}{
		{"all slower", before, slower, now, "time=0%", Over, ""},
		{"all slower, by less than is allowed", before, slower, now, "time=30%", Holds, ""},
		{"about what is allowed", before, slower, now, "time=10%", Noisy, ""},
		{"mixed", before, "~", shuffled, "time=0%", Noisy, ""},
		{"ranges meet", before, "~", wide, "time=0%", Noisy, ""},
		{"three against five", before, slower, few, "time=0%", Over, ""},
		{"three against three", three, "~", few, "time=0%", Noisy, "1 layer with too few samples for any verdict"},
		{"an older baseline", "", slower, now, "time=0%", Over, "holds no samples to rank"},
		{"an older baseline, ranges meet", "", "~", wide, "time=0%", Noisy, "holds no samples to rank"},
	} {
		grow, err := ParseIncreases(c.allowed)
		if err != nil {
			t.Fatal(err)
		}
		v, err := Terms{Baseline: baselineOf(t, c.samples), Allowed: grow}.HoldTimes(times(c.now))
		if err != nil {
			t.Fatal(err)
		}
		if got := v.Times[0].verdict(); got != c.layer {
			t.Errorf("%s: layer is %s", c.name, got)
		}
		if got := v.Checks[0].Verdict(); got != c.whole {
			t.Errorf("%s: whole is %s: %s", c.name, got, v.Checks[0])
		}
		if notes := strings.Join(v.Notes, "\n"); (c.note == "") != (notes == "") || !strings.Contains(notes, c.note) {
			t.Errorf("%s: notes are %q", c.name, notes)
		}
	}
}

func TestTooManySamplesAreRefused(t *testing.T) {
	samples := fmt.Sprintf(`, "samples": [%s1]`, strings.Repeat("1, ", mostTimes))
	if _, err := readTimes(baselineOf(t, samples)); err == nil || !strings.Contains(err.Error(), "holds 51 samples of a, and at most 50") {
		t.Error(err)
	}
	if _, err := readTimes(baselineOf(t, `, "samples": [-1]`)); err == nil || !strings.Contains(err.Error(), "it holds no times") {
		t.Error(err)
	}
}
