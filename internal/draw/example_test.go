package draw

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"convx/internal/drawing"
	"convx/internal/layer"
	"convx/internal/shape"
)

// randomKeys gives a variant's keys values, each with an even chance.
func randomKeys(t *rapid.T, v layer.Variant, dims int) (settings [][2]string) {
	axes := func(name string, least, most int) string {
		n := []int{rapid.IntRange(least, most).Draw(t, name)}
		if rapid.Bool().Draw(t, name+" by axis") {
			for len(n) < dims {
				n = append(n, rapid.IntRange(least, most).Draw(t, name))
			}
		}
		return layer.FormatInts(n)
	}
	one := func(name string, least, most int) string {
		return fmt.Sprint(rapid.IntRange(least, most).Draw(t, name))
	}
	values := map[string]func() string{
		"out-channels": func() string { return one("out-channels", 1, 300) },
		"kernel":       func() string { return axes("kernel", 1, 13) },
		"stride":       func() string { return axes("stride", 1, 7) },
		"padding": func() string {
			if rapid.Bool().Draw(t, "auto") {
				return rapid.SampledFrom([]string{"same", "same-lower", "valid", "causal"}).Draw(t, "padding rule")
			}
			return axes("padding", 0, 9)
		},
		"pad-mode": func() string {
			return rapid.SampledFrom([]string{"zeros", "reflect", "replicate", "circular"}).Draw(t, "mode")
		},
		"dilation":          func() string { return axes("dilation", 1, 40) },
		"groups":            func() string { return one("groups", 1, 40) },
		"multiplier":        func() string { return one("multiplier", 1, 40) },
		"expansion":         func() string { return one("expansion", 1, 8) },
		"expanded":          func() string { return one("expanded", 1, 90) },
		"activation":        func() string { return rapid.SampledFrom([]string{"swish", "hard-swish", "relu"}).Draw(t, "activation") },
		"reduction":         func() string { return one("reduction", 1, 70) },
		"offset-groups":     func() string { return one("offset-groups", 1, 9) },
		"modulated":         func() string { return "true" },
		"scale":             func() string { return one("scale", 1, 9) },
		"pooled":            func() string { return axes("pooled", 1, 30) },
		"gamma":             func() string { return one("gamma", 0, 9) },
		"sampling-ratio":    func() string { return one("sampling-ratio", 1, 30) },
		"spatial-scale":     func() string { return rapid.SampledFrom([]string{"0.1", "1", "7"}).Draw(t, "spatial scale") },
		"roi":               func() string { return "0,0," + one("x1", 1, 400) + "," + one("y1", 1, 400) },
		"hidden":            func() string { return one("hidden", 1, 99) },
		"output-padding":    func() string { return axes("output-padding", 0, 6) },
		"ceil":              func() string { return "true" },
		"count-include-pad": func() string { return "false" },
		"bias":              func() string { return "false" },
		"squeeze":           func() string { return "false" },
	}
	for _, k := range layer.Keys() {
		if k.Name == "dims" || k.Name == "input" || !v.Has(k.Name) || !rapid.Bool().Draw(t, k.Name+" given") {
			continue
		}
		settings = append(settings, [2]string{k.Name, values[k.Name]()})
	}
	return settings
}

// Whatever can be built on some input is drawn, on it and without one, every frame of it, and says so where keys are not those asked for.
func TestWithoutAnInputEverythingFits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		v := rapid.SampledFrom(layer.Variants()).Draw(t, "variant")
		dims := rapid.SampledFrom(v.Dims).Draw(t, "dims")
		s := layer.Spec{Variant: v.Name}
		settings := append([][2]string{{"dims", fmt.Sprint(dims)}}, randomKeys(t, v, dims)...)
		for _, kv := range settings {
			if err := s.Set(kv[0], kv[1]); err != nil {
				t.Fatal(err)
			}
		}
		buildable := s
		groups := max(1, s.Groups)
		c := rapid.SampledFrom([]int{1, 3, 4, 24, groups, 2 * groups, max(1, s.Reduction), groups * max(1, s.OffsetGroups)}).Draw(t, "channels")
		buildable.Input = append([]int{c}, slices.Repeat([]int{rapid.SampledFrom([]int{1, 9, 30, 600}).Draw(t, "size")}, dims)...)
		if _, err := shape.OfSpec(buildable); err != nil {
			t.Skip()
		}
		if rapid.IntRange(0, 2).Draw(t, "input given") == 0 {
			s = buildable
		}
		o := Options{Numbers: figureOf(v.Name).numbers && rapid.Bool().Draw(t, "numbers"), For: rapid.SampledFrom(drawing.Purposes()).Draw(t, "for")}
		f, note, err := For(t.Context(), s, o)
		if err != nil {
			t.Fatalf("%s %v can be built on %v, and is not drawn: %v", v.Name, settings, buildable.Input, err)
		}
		small, _, _ := Small(s, o)
		for _, key := range []struct {
			name          string
			asked, served []int
		}{{"kernel", s.Kernel, small.Kernel}, {"dilation", s.Dilation, small.Dilation}, {"stride", s.Stride, small.Stride}} {
			if len(key.asked) > 0 && dims < 3 && !slices.Equal(key.asked, key.served) && !strings.Contains(note, key.name) && !strings.Contains(note, "its own") {
				t.Fatalf("%s %v is drawn with %s %v, and says %q", v.Name, settings, key.name, key.served, note)
			}
		}
		first := f.Frame(0)
		for _, i := range []int{f.Frames() / 2, f.Frames() - 1, f.still} {
			if d := f.Frame(i); d.Width != first.Width || d.Height != first.Height {
				t.Fatalf("frame %d of %s %v is of another size", i, v.Name, settings)
			}
		}
	})
}
