package budget

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"convx/internal/network"
)

// small is a network of three layers.
func small() Subject {
	return Subject{
		Name: "small", Convention: "mac",
		Total: Counts{Params: 1000, MACs: 2000, FLOPs: 4100, PeakMemory: 512},
		Layers: []Layer{
			{"stem", "standard", Counts{Params: 100, MACs: 900, FLOPs: 1900, PeakMemory: 512}},
			{"block.0", "depthwise", Counts{Params: 200, MACs: 600, FLOPs: 1200, PeakMemory: 256}},
			{"block.1", "depthwise", Counts{Params: 700, MACs: 500, FLOPs: 1000, PeakMemory: 300}},
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
		"network:\n  max_mac: 1\n  max_macs: lots\n  max_flops: 3%\nlayer: 1\n": "b.yaml:2:3: unknown limit \"max_mac\"; limits are max_ and one of params, macs, flops, activations, weight_bytes, activation_bytes, peak_memory\n" +
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

func TestMatch(t *testing.T) {
	for _, c := range []struct {
		pattern, name string
		want          bool
	}{
		{"*", "", true}, {"*", "layer1.0.conv", true}, {"layer?.0.*", "layer1.0.conv", true}, {"layer?", "layer10", false},
		{"*conv*", "/a/conv1/Conv", true}, {"a*b*c", "aXbYbZc", true}, {"a*b*c", "aXbYbZ", false}, {"", "a", false}, {"[a]", "a", false},
		{strings.Repeat("*a", 50) + "b", strings.Repeat("a", 10000), false},
	} {
		if got := match(c.pattern, c.name); got != c.want {
			t.Errorf("%q on %q: %v", c.pattern, c.name, got)
		}
	}
}

const earlier = `{"net": "small", "total": {"params": 1000, "macs": 1900, "flops": 4000}, "peak_memory": 512, "convention": "mac",
 "layers": [{"name": "stem", "macs": 900}, {"name": "block.0", "macs": 500, "params": 200}, {"name": "old", "macs": 500}]}`

func TestCompare(t *testing.T) {
	before, err := ParseBaseline([]byte(earlier), "small")
	if err != nil {
		t.Fatal(err)
	}
	d, err := Compare(small(), before, nil)
	if err != nil {
		t.Fatal(err)
	}
	var lines []string
	for _, c := range d.Checks {
		lines = append(lines, c.line())
	}
	want := []string{
		"regression: increase of params: 1,000 params, 1,000 before, 1,000 allowed, 0 left",
		"regression: increase of macs: 2,000 MACs, 1,900 before, 1,900 allowed, 100 over (5.26%); grown most: block.1 500 (83.3%), block.0 100 (16.7%)",
		"regression: increase of flops: 4,100 FLOPs, 4,000 before, 4,000 allowed, 100 over (2.5%); grown most: block.1 1,000 (100.0%)",
		"regression: increase of peak_memory: 512 peak memory bytes, 512 before, 512 allowed, 0 left",
	}
	if !slices.Equal(lines, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
	var names []string
	for _, c := range d.Layers {
		names = append(names, c.Name)
	}
	if want := []string{"block.0", "block.1", "old"}; !slices.Equal(names, want) {
		t.Errorf("changed layers %v, want %v", names, want)
	}
	if d.Layers[1].Before != nil || d.Layers[2].After != nil {
		t.Errorf("new and gone layers: %+v", d.Layers[1:])
	}
	for text, over := range map[string]int{"macs=5%": 1, "macs=5.27%": 0, "macs=100": 0, "macs=99,params=0": 1, "flops=3%,macs=6%": 0, "macs=100000000%": 0} {
		allowed, err := ParseIncreases(text)
		if err != nil {
			t.Fatal(err)
		}
		d, err := Compare(small(), before, allowed)
		if err != nil || len(Over(d.Checks)) != over || len(d.Checks) != len(allowed) {
			t.Errorf("%s: %v, %v", text, d.Checks, err)
		}
	}
	allowed := map[Quantity]Amount{Activations: {}}
	if _, err := Compare(small(), before, allowed); err == nil || err.Error() != "the baseline or this count has no activations" {
		t.Errorf("got %v", err)
	}
	before.Convention = "thop"
	if _, err := Compare(small(), before, nil); err == nil || !strings.Contains(err.Error(), "give --convention thop") {
		t.Errorf("got %v", err)
	}
}

// A layer with another name, the same kind and the same counts is neither new nor gone.
func TestCompareRenamed(t *testing.T) {
	conv := func(name string, macs int) Layer {
		return Layer{Name: name, Kind: "standard", Counts: Counts{MACs: macs}}
	}
	before := Subject{Name: "net", Input: []int{1, 3, 8, 8}, Layers: []Layer{conv("a", 5), conv("b", 7), conv("c", 7), conv("d", 9), {Name: "e", Kind: "linear", Counts: Counts{MACs: 3}}}}
	after := Subject{Name: "net", Input: []int{1, 3, 8, 8}, Layers: []Layer{conv("a", 5), conv("x", 7), conv("y", 7), conv("z", 7), conv("d", 8), conv("e2", 3)}}
	d, err := Compare(after, before, nil)
	if err != nil {
		t.Fatal(err)
	}
	if want := []Rename{{"x", "b"}, {"y", "c"}}; !slices.Equal(d.Renamed, want) {
		t.Errorf("renamed %v, want %v", d.Renamed, want)
	}
	var changed []string
	for _, c := range d.Layers {
		changed = append(changed, c.Name)
	}
	if want := []string{"z", "d", "e2", "e"}; !slices.Equal(changed, want) {
		t.Errorf("changed %v, want %v", changed, want)
	}
}

// A baseline that may be the wrong one says why.
func TestCompareDoubts(t *testing.T) {
	layers := func(names ...string) (out []Layer) {
		for _, n := range names {
			out = append(out, Layer{Name: n, Kind: n})
		}
		return out
	}
	net := Subject{Name: "net", Input: []int{1, 3, 8, 8}, Layers: layers("a", "b", "c")}
	for _, c := range []struct {
		before Subject
		want   []string
	}{
		{net, nil},
		{Subject{Name: "base", Layers: layers("a", "b", "q")}, nil}, // a file that was copied to another name
		{Subject{Name: "net"}, nil},
		{Subject{Name: "net", Input: []int{2, 3, 8, 8}, Layers: layers("a", "b", "c")}, []string{"the baseline was counted on an input of 2x3x8x8, this on 1x3x8x8"}},
		{Subject{Name: "other", Layers: layers("c", "p", "q")}, []string{"the baseline counts other, this is net: 1 of its 3 layers are in it"}},
		{Subject{Name: "net", Layers: layers("stage1", "stage2")}, []string{"0 of 3 layers are in the baseline: give both counts the same --depth, --by and --top"}},
	} {
		d, err := Compare(net, c.before, nil)
		if err != nil || !slices.Equal(d.Doubts, c.want) {
			t.Errorf("got %q (%v), want %q", d.Doubts, err, c.want)
		}
	}
}

func TestBaselines(t *testing.T) {
	for text, want := range map[string]string{
		`{"variant": "standard", "params": 5, "macs": 7, "stages": [{"name": "conv", "kind": "conv", "macs": 7}]}`: "",
		`{"rows": [{"label": "small", "params": 5, "macs": 7}, {"label": "other", "params": 1, "macs": 1}]}`:       "",
		`{"rows": [{"variant": "only", "params": 5, "macs": 7}]}`:                                                  "",
		`{"rows": [{"label": "a", "macs": 7}, {"label": "b", "macs": 1}]}`:                                         "none of its 2 rows is small",
		`{"variant": "standard", "output": [1, 2, 3]}`:                                                             "it holds no counts: make a baseline with convx flops -f json",
		`[1, 2]`:            "not convx's JSON: ",
		`{"macs": 1e400}`:   "not convx's JSON: ",
		`{"macs": -1}`:      "a negative count of MACs",
		``:                  "not convx's JSON: unexpected end of JSON input: make a baseline with convx flops -f json",
		`{"macs": 7} extra`: "not convx's JSON: ",
	} {
		s, err := ParseBaseline([]byte(text), "small")
		if want != "" {
			if err == nil || !strings.HasPrefix(err.Error(), want) {
				t.Errorf("%s:\n got %v\nwant %s", text, err, want)
			}
			continue
		}
		if err != nil || s.Total[Params] != 5 || s.Total[MACs] != 7 {
			t.Errorf("%s: %+v, %v", text, s, err)
		}
	}
}

// hostile is a subject whose names want to end a line, a property or an attribute.
func hostile() (Subject, []Check) {
	s := small()
	s.Name, s.File = "net: a,b\n::error::x", "dir/a,b.yaml"
	s.Layers[0].Name = "<stem>\r\n\"&\x01"
	checks, _ := Budget{Limits: []Limit{{Quantity: MACs, Most: Amount{Count: 1}}, {Quantity: Params, Most: Amount{Count: 5000}}}}.Check(s)
	return s, checks
}

func TestGitHub(t *testing.T) {
	s, checks := hostile()
	var b bytes.Buffer
	if err := WriteGitHub(&b, s, checks, []string{"100% sure"}); err != nil {
		t.Fatal(err)
	}
	want := "::error file=dir/a%2Cb.yaml,title=convx net%3A a%2Cb%0A%3A%3Aerror%3A%3Ax%3A max-macs::max-macs: 2,000 MACs, 1 allowed, 1,999 over (199900%25); " +
		"most in <stem>%0D%0A\"&\x01 900 (45.0%25), block.0 600 (30.0%25), block.1 500 (25.0%25)\n" +
		"::notice file=dir/a%2Cb.yaml,title=convx net%3A a%2Cb%0A%3A%3Aerror%3A%3Ax%3A max-params::max-params: 1,000 params, 5,000 allowed, 4,000 left\n" +
		"::warning file=dir/a%2Cb.yaml,title=convx net%3A a%2Cb%0A%3A%3Aerror%3A%3Ax%3A budget::100%25 sure\n"
	if b.String() != want {
		t.Errorf("got\n%s\nwant\n%s", b.String(), want)
	}
}

func TestJUnit(t *testing.T) {
	s, checks := hostile()
	var b bytes.Buffer
	if err := WriteJUnit(&b, s, checks, []string{"a note"}); err != nil {
		t.Fatal(err)
	}
	var doc suitesXML
	if err := xml.Unmarshal(b.Bytes(), &doc); err != nil {
		t.Fatalf("%v in\n%s", err, b.String())
	}
	if doc.Tests != 3 || doc.Failures != 1 || doc.Suites[0].Skipped != 1 || len(doc.Suites[0].Cases) != 3 {
		t.Errorf("%+v", doc)
	}
	first := doc.Suites[0].Cases[0]
	if first.Name != "max-macs" || first.Failure == nil || first.Failure.Type != "over-budget" || !strings.Contains(first.Failure.Message, "1,999 over") {
		t.Errorf("%+v", first)
	}
	if second := doc.Suites[0].Cases[1]; second.Failure != nil || !strings.Contains(second.Output, "4,000 left") {
		t.Errorf("%+v", second)
	}
}

// Whatever the names, an annotation is one line, and XML is well-formed.
func TestRenderersKeepTheirForm(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := small()
		s.Name, s.File, s.Layers[0].Name = rapid.String().Draw(t, "name"), rapid.String().Draw(t, "file"), rapid.String().Draw(t, "layer")
		checks, _ := Budget{Limits: []Limit{{Quantity: MACs, Most: Amount{Count: rapid.IntRange(0, 4000).Draw(t, "most")}}}}.Check(s)
		var b bytes.Buffer
		WriteGitHub(&b, s, checks, nil)
		if lines := strings.Split(b.String(), "\n"); len(lines) != 2 || strings.ContainsRune(b.String(), '\r') {
			t.Fatalf("%q", b.String())
		}
		b.Reset()
		WriteJUnit(&b, s, checks, nil)
		dec := xml.NewDecoder(&b)
		for {
			if _, err := dec.Token(); errors.Is(err, io.EOF) {
				return
			} else if err != nil {
				t.Fatal(err)
			}
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(budgetFile))
	f.Add([]byte("network: &a {max_macs: *a}"))
	f.Add([]byte("layers: [[[[[["))
	f.Fuzz(func(t *testing.T, data []byte) {
		if b, err := Parse("b.yaml", data); err == nil {
			b.Check(small())
		}
		if s, err := ParseBaseline(data, "small"); err == nil {
			Compare(small(), s, nil)
		}
	})
}
