package budget

import (
	"math"
	"strings"
	"testing"
)

func TestParseAmount(t *testing.T) {
	for text, want := range map[string]Amount{
		"310M":    {Count: 310_000_000},
		"3.6M":    {Count: 3_600_000},
		"0":       {},
		"12_000":  {Count: 12000},
		"2k":      {Count: 2000},
		"1.5G":    {Count: 1_500_000_000},
		"8Mi":     {Count: 8 << 20},
		"320KiB":  {Count: 320 << 10},
		"0.5Gi":   {Count: 1 << 29},
		"4MB":     {Count: 4_000_000},
		"2.5%":    {IsShare: true},
		"0.0015k": {Count: -1}, "-1": {Count: -1}, "": {Count: -1}, "M": {Count: -1}, "1e9": {Count: -1}, "1.2.3": {Count: -1},
		"99999999T": {Count: -1}, "x%": {Count: -1}, "NaN": {Count: -1}, "1/2": {Count: -1}, "0x10": {Count: -1},
	} {
		got, err := parseAmount(text)
		if want.Count < 0 {
			if err == nil {
				t.Errorf("%q was read as %+v", text, got)
			}
			continue
		}
		want.text = text
		if err != nil || got != want {
			t.Errorf("%q: %+v, %v, want %+v", text, got, err, want)
		}
	}
}

// A share is exact: in floating point 4.35% of 2000 is less than 87.
func TestShares(t *testing.T) {
	for _, c := range []struct {
		text        string
		whole, want int64
	}{
		{"4.35%", 2000, 87}, {"2.5%", 1000, 25}, {"2.5%", 1001, 25}, {"99.9%", 1000, 999}, {"0%", 1000, 0}, {"100%", math.MaxInt64, math.MaxInt64},
		{"33.3%", 0, 0}, {"200%", math.MaxInt64, math.MaxInt64}, {"99999999999999999999999999%", 1000, math.MaxInt64},
	} {
		a, err := parseAmount(c.text)
		if err != nil || a.of(c.whole) != c.want {
			t.Errorf("%s of %d is %d, %v, want %d", c.text, c.whole, a.of(c.whole), err, c.want)
		}
	}
}

func TestLimitErrors(t *testing.T) {
	for text, want := range map[string]string{
		"macs=1k":               `"macs=1k" is not a limit: write it like max-macs=310M; the names are max- or min- and one of params, macs, flops, activations, weight-bytes, activation-bytes, peak-memory, receptive-field, macs-per-picture, macs-per-second, time; warn: before a limit fails nothing`,
		"max-speed=1":           `unknown quantity "speed"; quantities are params,`,
		"max-macs=fast":         `max-macs: "fast" is no amount: write it like 310M, 3.6M, 8Mi or 12000`,
		"max-macs=5%":           `max-macs: 5% of the whole is no limit for the whole`,
		"max-macs=1,max-macs=2": `max-macs is given twice`,
		"":                      `"" is not a limit`,
	} {
		if _, err := ParseLimits(text); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q: got %v, want %s", text, err, want)
		}
	}
}

// The peak of several layers is that of the largest, not their sum.
func TestPeakOfAKind(t *testing.T) {
	b, err := Parse("b.yaml", []byte("kinds: {depthwise: {max_peak_memory: 300}}"))
	if err != nil {
		t.Fatal(err)
	}
	checks, _ := b.Check(small())
	if len(checks) != 1 || checks[0].Measured != 300 || checks[0].Verdict() != Holds {
		t.Errorf("got %+v, want 300 measured and allowed", checks)
	}
}

// A layer differs if a quantity that both counts have is another, more or less.
func TestDiffer(t *testing.T) {
	was := Counts{MACs: 10, Params: 5}
	for _, c := range []struct {
		now  Counts
		want bool
	}{
		{Counts{MACs: 10, Params: 5}, false}, {Counts{MACs: 9, Params: 5}, true}, {Counts{MACs: 11, Params: 5}, true},
		{Counts{MACs: 10}, false}, {Counts{MACs: 10, Params: 5, FLOPs: 3}, false}, {Counts{MACs: 0, Params: 5}, true},
	} {
		if got := differ(was, c.now); got != c.want {
			t.Errorf("%v beside %v: differ is %v", was, c.now, got)
		}
	}
}
