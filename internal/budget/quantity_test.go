package budget

import (
	"math"
	"math/big"
	"testing"
	"time"

	"pgregory.net/rapid"

	"convx/internal/flops"
	"convx/internal/network"
)

func counted(t *testing.T, file string, o network.Options) Subject {
	t.Helper()
	g, err := network.Parse("net.yaml", []byte(file))
	if err != nil {
		t.Fatal(err)
	}
	r, err := network.Evaluate(g, o)
	if err != nil {
		t.Fatal(err)
	}
	mac, _ := flops.ConventionNamed("mac")
	figures, total, err := r.Under(mac)
	if err != nil {
		t.Fatal(err)
	}
	return OfNetwork(r, figures, total, mac)
}

func held(t *testing.T, s Subject, limits string) []string {
	t.Helper()
	b, err := ParseLimits(limits)
	if err != nil {
		t.Fatal(err)
	}
	out, err := Terms{Budgets: []Budget{b}}.Hold(s)
	if err != nil {
		return []string{err.Error()}
	}
	var lines []string
	for _, c := range out.Checks {
		lines = append(lines, string(c.Verdict())+": "+c.String())
	}
	return append(lines, out.Rules...)
}

// Receptive fields have a largest axis and a smallest, and several outputs: the most is held to the most, the least to the least.
func TestFieldLimits(t *testing.T) {
	s := counted(t, "input: 1x64x64\nlayers:\n  - {variant: standard, name: a, kernel: 3x5}\n  - {variant: standard, name: b, kernel: 3x5, stride: 2}\n  - {variant: standard, name: c, kernel: 1x3}\noutputs: [a, c]", network.Options{})
	for limits, want := range map[string]string{
		"max-receptive-field=13": "holds: max-receptive-field: 13 pixels of receptive field, 13 allowed, 0 left",
		"max-receptive-field=12": "over: max-receptive-field: 13 pixels of receptive field, 12 allowed, 1 over (8.33%); most in c 13, b 9, a 5",
		"min-receptive-field=3":  "holds: min-receptive-field: 3 pixels of receptive field, 3 needed, 0 above",
		"min-receptive-field=4":  "over: min-receptive-field: 3 pixels of receptive field, 4 needed, 1 short",
	} {
		if got := held(t, s, limits); got[0] != want {
			t.Errorf("%s: %q, want %q", limits, got, want)
		}
	}
	b, err := Parse("b.yaml", []byte("layers: [{match: c, min_receptive_field: 6}]\nkinds: {standard: {min_receptive_field: 4, max_receptive_field: 12}}"))
	if err != nil {
		t.Fatal(err)
	}
	checks, _ := b.Check(s)
	for i, want := range []string{
		"min-receptive-field of c: 5 pixels of receptive field, 6 needed, 1 short",
		"min-receptive-field of standard layers: 3 pixels of receptive field, 4 needed, 1 short",
		"max-receptive-field of standard layers: 13 pixels of receptive field, 12 allowed, 1 over (8.33%); most in c 13, b 9, a 5",
	} {
		if got := checks[i].String(); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestRates(t *testing.T) {
	s := counted(t, "input: 1x4x4\nlayers: [{variant: standard, name: a, kernel: 1, bias: false, out_channels: 3}]", network.Options{Batch: 5}) // 48 MACs a picture
	if got := held(t, s, "max-macs-per-picture=47"); got[0] != "over: max-macs-per-picture: 48 MACs a picture, 47 allowed, 1 over (2.13%); most in a 48 (100.0%)" {
		t.Error(got)
	}
	if got := held(t, s, "max-macs-per-second=1G"); got[0] != "max-macs-per-second cannot be measured without --fps" {
		t.Error(got)
	}
	fps, err := ParseRate("29.97")
	if err != nil {
		t.Fatal(err)
	}
	s.AtRate(fps) // 1438.56, of which a limit of 1438 is passed
	if got := held(t, s, "max-macs-per-second=1438"); got[0] != "over: max-macs-per-second: 1,439 MACs a second, 1,438 allowed, 1 over (0.0695%); most in a 1,439 (100.0%)" {
		t.Error(got)
	}
	for _, bad := range []string{"", "0", "-1", "x", "1e3", "0.0"} {
		if _, err := ParseRate(bad); err == nil {
			t.Errorf("%q is a rate", bad)
		}
	}
	if r, _ := ParseRate("9999999999999999999"); r.Of(math.MaxInt64) != math.MaxInt64 {
		t.Error("a rate wraps around")
	}
}

func TestTimeLimits(t *testing.T) {
	s := small()
	if got := held(t, s, "max-time=33ms"); got[0] != "max-time cannot be measured without --device" {
		t.Error(got)
	}
	s.In(35*time.Millisecond, map[string]time.Duration{"stem": 30 * time.Millisecond, "block.0": 4900 * time.Microsecond, "block.1": 100 * time.Microsecond})
	for limits, want := range map[string]string{
		"max-time=33ms":  "over: max-time: 35 ms least time, 33 ms allowed, 2 ms over (6.06%); most in stem 30 ms (85.7%), block.0 4.9 ms (14.0%), block.1 100 us (0.3%)",
		"max-time=0.04s": "holds: max-time: 35 ms least time, 40 ms allowed, 5 ms left",
	} {
		if got := held(t, s, limits); got[0] != want {
			t.Errorf("%s: %q, want %q", limits, got, want)
		}
	}
	b, err := Parse("b.yaml", []byte("layers: [{match: 'block.*', max_time: 10%}, {match: stem, max_time: 1500us}]"))
	if err != nil {
		t.Fatal(err)
	}
	checks, _ := b.Check(s)
	if got := checks[0].String(); got != "max-time of block.0 (10% of the total): 4.9 ms least time, 3.5 ms allowed, 1.4 ms over (40%); most in block.0 4.9 ms (14.0%)" {
		t.Error(got)
	}
}

// Durations are exact, and every other text is refused.
func TestDurations(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.Int64Range(0, 1<<40).Draw(t, "ns")
		for _, u := range durations {
			text := new(big.Rat).SetFrac64(n, u.factor).FloatString(9) + u.suffix
			a, err := Time.amount(text)
			if err != nil || int64(a.Count) != n {
				t.Fatalf("%q is %d ns, %v; want %d", text, a.Count, err, n)
			}
		}
	})
	for _, bad := range []string{"33", "ms", "-3ms", "1e3ms", "1.0000000001s", "3m", "9999999999999s", "3 3ms"} {
		if a, err := Time.amount(bad); err == nil {
			t.Errorf("%q is %d ns", bad, a.Count)
		}
	}
}
