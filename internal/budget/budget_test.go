package budget

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"convx/internal/network"
)

// small is a network of three layers.
func small() Subject {
	return Subject{
		Name: "small", Convention: "mac",
		Total: Counts{Params: 1000, MACs: 2000, FLOPs: 4100, PeakMemory: 512},
		Layers: []Layer{
			{Name: "stem", Kind: "standard", Counts: Counts{Params: 100, MACs: 900, FLOPs: 1900, PeakMemory: 512}},
			{Name: "block.0", Kind: "depthwise", Counts: Counts{Params: 200, MACs: 600, FLOPs: 1200, PeakMemory: 256}},
			{Name: "block.1", Kind: "depthwise", Counts: Counts{Params: 700, MACs: 500, FLOPs: 1000, PeakMemory: 300}},
		},
	}
}

func TestLimitsOfTheCommandLine(t *testing.T) {
	b, err := ParseLimits("max-macs=1k, max-params=1000,max-peak-memory=1Ki")
	if err != nil {
		t.Fatal(err)
	}
	checks, notes := b.Check(small())
	var lines []string
	for _, c := range checks {
		lines = append(lines, c.String())
	}
	want := []string{
		"max-macs: 2,000 MACs, 1,000 allowed, 1,000 over (100%); most in stem 900 (45.0%), block.0 600 (30.0%), block.1 500 (25.0%)",
		"max-params: 1,000 params, 1,000 allowed, 0 left",
		"max-peak-memory: 512 peak memory bytes, 1,024 allowed, 512 left",
	}
	if !slices.Equal(lines, want) || len(notes) > 0 {
		t.Errorf("%s\nnotes %q", strings.Join(lines, "\n"), notes)
	}
	failed, ok := errors.AsType[*Error](Failed(checks))
	if !ok || failed.Error() != "over budget: "+want[0] {
		t.Errorf("got %v", failed)
	}
	if err := Failed(checks[1:]); err != nil {
		t.Errorf("got %v", err)
	}
}

const budgetFile = `title: a small budget
network:
  max_macs: 2k
  max_peak_memory: 1Ki
layers:
  - match: "block.*"
    max_macs: 550
  - kind: standard
    max_macs: 50%
  - match: "head*"
    max_params: 1
kinds:
  depthwise: {max_macs: 50%, max-params: 1000}
`

func TestBudgetFile(t *testing.T) {
	b, err := Parse("b.yaml", []byte(budgetFile))
	if err != nil {
		t.Fatal(err)
	}
	checks, notes := b.Check(small())
	var lines []string
	for _, c := range checks {
		lines = append(lines, c.String())
	}
	want := []string{
		"max-macs: 2,000 MACs, 2,000 allowed, 0 left",
		"max-peak-memory: 512 peak memory bytes, 1,024 allowed, 512 left",
		"max-macs of block.0: 600 MACs, 550 allowed, 50 over (9.09%); most in block.0 600 (30.0%)",
		"max-macs of stem (50% of the total): 900 MACs, 1,000 allowed, 100 left",
		"max-macs of depthwise layers (50% of the total): 1,100 MACs, 1,000 allowed, 100 over (10%); most in block.0 600 (54.5%), block.1 500 (45.5%)",
		"max-params of depthwise layers: 900 params, 1,000 allowed, 100 left",
	}
	if !slices.Equal(lines, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
	if want := []string{`max-params: no layer of small is named like "head*"`}; !slices.Equal(notes, want) {
		t.Errorf("notes %q, want %q", notes, want)
	}
}

func TestBudgetFileErrorsComeAllAtOnce(t *testing.T) {
	for text, want := range map[string]string{
		"":                           "b.yaml: the file is empty",
		"- a\n":                      "b.yaml:1:1: a budget is a mapping of keys to values",
		"title: nothing\n":           "b.yaml:1:1: the budget limits nothing: write one like network: {max_macs: 310M}",
		"network: {max_macs: [1]}\n": "b.yaml:1:21: a plain value is needed here",
		"network:\n  max_mac: 1\n  max_macs: lots\n  max_flops: 3%\nlayer: 1\n": "b.yaml:2:3: unknown limit \"max_mac\"; limits are max_ or min_ and one of params, macs, flops, activations, weight_bytes, activation_bytes, peak_memory, receptive_field, macs_per_picture, macs_per_second, time\n" +
			"b.yaml:3:13: \"lots\" is no amount: write it like 310M, 3.6M, 8Mi or 12000\n" +
			"b.yaml:4:14: 3% of the whole is no limit for the whole; give a count\n" +
			"b.yaml:5:1: unknown key \"layer\"; keys are title, network, layers, kinds",
		"layers:\n  - match: x\n":                             "b.yaml:2:5: an entry without a limit: write one like max_macs: 10M",
		"network: {max_macs: 1}\nnetwork: {max_macs: 1}\n":    "b.yaml:2:1: network comes twice",
		"network: {max_macs: 1, max_macs: 2}\n":               "b.yaml:1:24: max_macs comes twice",
		"network: *a\n":                                       "b.yaml:1:10: ",
		"kinds: 3\n":                                          "b.yaml:1:8: kinds is a mapping of keys to values",
		"layers: {match: x}\n":                                "b.yaml:1:9: layers is a list of patterns with their limits",
		"network:\n  max_macs: 1\n bad indent: 2\n  - more\n": "b.yaml:",
	} {
		_, err := Parse("b.yaml", []byte(text))
		if err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%q:\n got %v\nwant %s", text, err, want)
		}
		if _, ok := errors.AsType[*network.Error](err); !ok {
			t.Errorf("%q: the error is a %T", text, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(budgetFile))
	f.Add([]byte("network: &a {max_macs: *a}"))
	f.Add([]byte("layers: [[[[[["))
	f.Fuzz(func(t *testing.T, data []byte) {
		if b, err := Parse("b.yaml", data); err == nil {
			b.Check(small())
		}
		if s, err := parseBaseline(data, "small"); err == nil {
			Compare(small(), s, nil)
		}
	})
}
