package budget

import (
	"slices"
	"strings"
	"testing"
)

const earlier = `{"net": "small", "total": {"params": 1000, "macs": 1900, "flops": 4000}, "peak_memory": 512, "convention": "mac",
 "layers": [{"name": "stem", "macs": 900}, {"name": "block.0", "macs": 500, "params": 200}, {"name": "old", "kind": "standard", "macs": 500, "flops": 600}]}`

func TestCompare(t *testing.T) {
	before, err := parseBaseline([]byte(earlier), "small")
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
		"regression: increase of macs: 2,000 MACs, 1,900 before, 1,900 allowed, 100 over (5.26%); grown most: block.0 100 (100.0%)",
		"regression: increase of flops: 4,100 FLOPs, 4,000 before, 4,000 allowed, 100 over (2.5%); grown most: block.1 400 (100.0%)",
		"regression: increase of peak_memory: 512 peak memory bytes, 512 before, 512 allowed, 0 left",
	}
	if !slices.Equal(lines, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(lines, "\n"), strings.Join(want, "\n"))
	}
	var names []string
	for _, c := range d.Layers {
		names = append(names, c.Name)
	}
	if want := []string{"block.0", "block.1"}; !slices.Equal(names, want) {
		t.Errorf("changed layers %v, want %v", names, want)
	}
	if got := d.Layers[1].What(); got != "depthwise was standard" {
		t.Errorf("the last layer is %s", got)
	}
	for text, over := range map[string]int{"macs=5%": 1, "macs=5.27%": 0, "macs=100": 0, "macs=99,params=0": 1, "flops=3%,macs=6%": 0, "macs=100000000%": 0} {
		allowed, err := ParseIncreases(text)
		if err != nil {
			t.Fatal(err)
		}
		d, err := Compare(small(), before, allowed)
		if err != nil || len(With(d.Checks, Over)) != over || len(d.Checks) != len(allowed) {
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
		return Layer{Name: name, Kind: "standard", Counts: Counts{MACs: int64(macs)}}
	}
	before := Subject{Name: "net", Input: []int{1, 3, 8, 8}, Layers: []Layer{conv("a", 5), conv("b", 7), conv("c", 7), conv("d", 9), {Name: "e", Kind: "linear", Counts: Counts{MACs: 3}}}}
	after := Subject{Name: "net", Input: []int{1, 3, 8, 8}, Layers: []Layer{conv("a", 5), conv("x", 7), conv("y", 7), conv("z", 7), conv("d", 8), conv("e2", 3)}}
	d, err := Compare(after, before, nil)
	if err != nil {
		t.Fatal(err)
	}
	if want := []Rename{{"y", "b"}, {"z", "c"}}; !slices.Equal(d.Renamed, want) {
		t.Errorf("renamed %v, want %v", d.Renamed, want)
	}
	var changed []string
	for _, c := range d.Layers {
		changed = append(changed, c.Name)
	}
	if want := []string{"x", "d", "e2"}; !slices.Equal(changed, want) {
		t.Errorf("changed %v, want %v", changed, want)
	}
}

// A baseline that may be the wrong one says why.
func TestCompareDoubts(t *testing.T) {
	layers := func(names ...string) (out []Layer) {
		for _, n := range names {
			out = append(out, Layer{Name: n, Kind: n, Counts: Counts{}})
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
		{Subject{Name: "other", Layers: layers("c", "p", "q")}, []string{"the baseline counts other, this is net: 0 of its 3 layers are in it"}},
		{Subject{Name: "net", Layers: layers("stage1", "stage2")}, []string{"0 of 3 layers are in the baseline: where it shows a fold of the layers, make it again"}},
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
		``:                  "not convx's JSON: it ends too early: make a baseline with convx flops -f json",
		`{"macs": 7} extra`: "not convx's JSON: ",
	} {
		s, err := parseBaseline([]byte(text), "small")
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
