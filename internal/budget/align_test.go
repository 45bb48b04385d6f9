package budget

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// referenceDistance is the definition: the fewest layers that were put in, taken out or replaced.
func referenceDistance(a, b []Layer) int {
	d := make([][]int, len(a)+1)
	for i := range d {
		d[i] = make([]int, len(b)+1)
		for j := range d[i] {
			switch {
			case i == 0 || j == 0:
				d[i][j] = i + j
			case a[i-1].alike(b[j-1]):
				d[i][j] = min(d[i-1][j-1], d[i-1][j]+1, d[i][j-1]+1)
			default:
				d[i][j] = 1 + min(d[i-1][j-1], d[i-1][j], d[i][j-1])
			}
		}
	}
	return d[len(a)][len(b)]
}

// Names that exporters number by position say nothing: every list of layers is aligned with the fewest differences, each layer
// once and in order.
func TestAlignmentAgainstTheDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		list := func(label string) (out []Layer) {
			for i := range rapid.IntRange(0, 40).Draw(t, label) {
				macs := rapid.IntRange(1, 3).Draw(t, "macs")
				out = append(out, Layer{Name: fmt.Sprint(label, i), Kind: rapid.SampledFrom([]string{"standard", "relu"}).Draw(t, "kind"), Output: []int{macs}, Counts: Counts{MACs: int64(macs)}})
			}
			return out
		}
		a, b := list("a"), list("a")
		differences := 0
		var was, now []string
		for _, p := range align(a, b) {
			if p.was != nil {
				was = append(was, p.was.Name)
			}
			if p.now != nil {
				now = append(now, p.now.Name)
			}
			if p.was == nil || p.now == nil || !p.was.alike(*p.now) {
				differences++
			}
		}
		if want := referenceDistance(a, b); differences != want {
			t.Fatalf("%d differences, want %d", differences, want)
		}
		name := func(l Layer) string { return l.Name }
		if !slices.Equal(was, mapped(a, name)) || !slices.Equal(now, mapped(b, name)) {
			t.Fatal("a layer is lost, comes twice or is out of order")
		}
	})
}

func mapped(layers []Layer, f func(Layer) string) (out []string) {
	for _, l := range layers {
		out = append(out, f(l))
	}
	return out
}

// numbered names a list of layers by position, as torch's exporter does.
func numbered(kinds ...string) Subject {
	s := Subject{Name: "net", Convention: "mac", Total: Counts{}}
	for i, k := range kinds {
		s.Layers = append(s.Layers, Layer{Name: fmt.Sprintf("%s_%d", k, i), Kind: k, Counts: Counts{MACs: int64(10 + len(k))}})
	}
	return s
}

// One layer put in, taken out, replaced or renamed is one difference, and no other layer grew.
func TestOneEditIsOneDifference(t *testing.T) {
	base := []string{"standard", "relu", "depthwise", "relu", "pointwise", "add", "standard", "relu", "linear"}
	rapid.Check(t, func(t *rapid.T) {
		at := rapid.IntRange(0, len(base)-1).Draw(t, "at")
		kinds := slices.Clone(base)
		change := ""
		switch rapid.IntRange(0, 2).Draw(t, "edit") {
		case 0:
			kinds, change = slices.Insert(kinds, at, "dilated"), "new"
		case 1:
			kinds, change = slices.Delete(kinds, at, at+1), "gone"
		case 2:
			kinds[at], change = "grouped", "grouped was "+base[at]
		}
		changed, _ := pairs(numbered(kinds...), numbered(base...))
		if len(changed) != 1 || changed[0].What() != change {
			t.Fatalf("%v: changed %+v, want one that is %s", kinds, changed, change)
		}
	})
	after := numbered(base...)
	after.Layers[4].Name = "other"
	if changed, renamed := pairs(after, numbered(base...)); len(changed) != 0 || !slices.Equal(renamed, []Rename{{"other", "pointwise_4"}}) {
		t.Errorf("changed %v, renamed %v", changed, renamed)
	}
}

// Of equal layers, the one with the other name was put in.
func TestNamesBreakTies(t *testing.T) {
	conv := func(name string) Layer { return Layer{Name: name, Kind: "standard", Counts: Counts{MACs: 5}} }
	before := Subject{Layers: []Layer{conv("a"), conv("b"), conv("c")}}
	after := Subject{Layers: []Layer{conv("a"), conv("x"), conv("b"), conv("c")}}
	changed, renamed := pairs(after, before)
	if len(changed) != 1 || changed[0].Name != "x" || len(renamed) != 0 {
		t.Errorf("changed %v, renamed %v", changed, renamed)
	}
}

// Long lists that have nothing in common are paired all the same, in bounded memory.
func TestAlignmentIsBounded(t *testing.T) {
	long := func(n int, kind string) (s Subject) {
		for i := range n {
			s.Layers = append(s.Layers, Layer{Name: fmt.Sprint(kind, i), Kind: kind, Counts: Counts{MACs: int64(1 + len(kind))}})
		}
		return s
	}
	for _, n := range []int{8000, 100_000} {
		changed, _ := pairs(long(n, "standard"), long(n/2, "relu"))
		if len(changed) != n {
			t.Errorf("%d changes of %d layers", len(changed), n)
		}
	}
}
