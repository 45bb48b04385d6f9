package budget

import (
	"testing"

	"convx/internal/flops"
	"convx/internal/network"
)

// Lower bounds and warnings: what they say, and that warnings fail nothing.
func TestLeastAndWarn(t *testing.T) {
	for text, want := range map[string]struct {
		verdict Verdict
		says    string
	}{
		"min-macs=2000":       {Holds, "min-macs: 2,000 MACs, 2,000 needed, 0 above"},
		"min-macs=2001":       {Over, "min-macs: 2,000 MACs, 2,001 needed, 1 short"},
		"warn:min-macs=2001":  {Warned, "warn:min-macs: 2,000 MACs, 2,001 needed, 1 short"},
		"warn:max-macs=2000":  {Holds, "warn:max-macs: 2,000 MACs, 2,000 allowed, 0 left"},
		"warn:max-params=999": {Warned, "warn:max-params: 1,000 params, 999 allowed, 1 over (0.1%); most in block.1 700 (70.0%), block.0 200 (20.0%), stem 100 (10.0%)"},
	} {
		b, err := ParseLimits(text)
		if err != nil {
			t.Fatal(err)
		}
		checks, _ := b.Check(small())
		if got := checks[0].Verdict(); got != want.verdict || checks[0].String() != want.says {
			t.Errorf("%s: %s, %s", text, got, checks[0])
		}
		if err := Failed(checks); (err != nil) != (want.verdict == Over) {
			t.Errorf("%s: %v", text, err)
		}
	}
	if _, err := ParseLimits("max-macs=1,warn:max-macs=1,min-macs=1"); err != nil {
		t.Error(err)
	}
	s := small()
	s.Partial = Quantities()
	for text, want := range map[string]Verdict{"min-macs=2001": Undecided, "min-macs=1": Holds, "max-macs=1": Over, "max-macs=9k": Undecided} {
		b, _ := ParseLimits(text)
		if checks, _ := b.Check(s); checks[0].Verdict() != want {
			t.Errorf("%s, not all counted: %s, want %s", text, checks[0].Verdict(), want)
		}
	}
	b, err := Parse("b.yaml", []byte("network: {max_macs: 3k, warn: {max_macs: 1k}}\nlayers:\n  - {match: 'block.*', min_params: 300}\n"))
	if err != nil {
		t.Fatal(err)
	}
	checks, _ := b.Check(small())
	if len(checks) != 3 || checks[1].Verdict() != Warned || checks[2].String() != "min-params of block.0: 200 params, 300 needed, 100 short" {
		t.Errorf("%v", checks)
	}
}

// Who sees the whole picture is over every limit on the most, and meets every one on the least.
func TestTheWholePicture(t *testing.T) {
	g, err := network.Parse("net.yaml", []byte("input: 8x64x64\nlayers:\n  - {variant: standard, name: a, kernel: 3}\n  - {variant: se, name: gate, reduction: 4}\n  - {variant: standard, name: b, kernel: 3}\n"))
	if err != nil {
		t.Fatal(err)
	}
	r, err := network.Evaluate(g, network.Options{})
	if err != nil {
		t.Fatal(err)
	}
	s := OfNetwork(r, make([]int64, len(r.Nodes)), 0, flops.Conventions()[0])
	for text, want := range map[string]struct {
		verdict Verdict
		says    string
	}{
		"max-receptive-field=100k": {Over, "max-receptive-field: the whole picture is seen, 100,000 allowed; by gate, b"},
		"min-receptive-field=100k": {Holds, "min-receptive-field: the whole picture is seen, 100,000 needed"},
	} {
		b, err := ParseLimits(text)
		if err != nil {
			t.Fatal(err)
		}
		checks, _ := b.Check(s)
		if checks[0].Verdict() != want.verdict || checks[0].String() != want.says {
			t.Errorf("%s: %s, %q", text, checks[0].Verdict(), checks[0])
		}
	}
	b, err := Parse("b.yaml", []byte("layers: [{match: a, max_receptive_field: 3}]"))
	if err != nil {
		t.Fatal(err)
	}
	if checks, _ := b.Check(s); checks[0].Verdict() != Holds {
		t.Errorf("%s", checks[0])
	}
}

// A mistyped kind says which one may be meant.
func TestMistypedKinds(t *testing.T) {
	for text, want := range map[string]string{
		"kinds: {standrad: {max_macs: 1}}":         "max-macs: no layer of small is standrad: did you mean standard?",
		"layers: [{kind: depthwize, max_macs: 1}]": "max-macs: no layer of small is depthwize: did you mean depthwise?",
		"layers: [{kind: separable, max_macs: 1}]": "max-macs: no layer of small is separable",
		"layers: [{match: 'x*', max_macs: 1}]":     `max-macs: no layer of small is named like "x*"`,
	} {
		b, err := Parse("b.yaml", []byte(text))
		if err != nil {
			t.Fatal(err)
		}
		if _, notes := b.Check(small()); len(notes) != 1 || notes[0] != want {
			t.Errorf("%s: %q, want %q", text, notes, want)
		}
	}
}
