package draw

import (
	"image/color"
	"strings"
	"testing"

	"convx/internal/drawing"
	"convx/internal/layer"
)

// On a picture, the cells of the input and the computed cells of the output have the picture's colours.
func TestScene(t *testing.T) {
	in, out := rgb(0x102030), rgb(0xa0b0c0)
	scene := &Scene{
		Input:   func(int, int) color.NRGBA { return in },
		Output:  func(int, int) color.NRGBA { return out },
		Offset:  func(int, int, int) (float64, float64, float64) { return 0.25, -0.5, 1 },
		Caption: "two colours",
	}
	for _, v := range layer.Variants() {
		keys := "input 1x20x30"
		switch v.Name {
		case "transposed":
			keys = "input 1x10x12, stride 2"
		case "grouped":
			keys = "input 2x20x30"
		case "se":
			keys = "input 1x20x30, reduction 1"
		case "resize-conv":
			keys = "input 1x10x12"
		}
		r, note := build(t, v.Name, keys, Options{Scene: scene})
		f, err := New(r, Options{Scene: scene})
		if !figureOf(v.Name).scene {
			if err == nil {
				t.Errorf("%s is drawn on a picture", v.Name)
			}
			continue
		}
		if err != nil || note != "" {
			t.Fatalf("%s: %v %s", v.Name, err, note)
		}
		count := func(frame int, c color.NRGBA) (n int) {
			for _, m := range f.Frame(frame).Marks {
				if r, ok := m.(drawing.Rect); ok && r.Fill == c {
					n++
				}
			}
			return n
		}
		whole := r.Output[2] * r.Output[3]
		if a, b, c := count(0, in), count(0, out), count(f.Frames()-1, out); a != r.Input[2]*r.Input[3] || b != 1 || c != whole {
			t.Errorf("%s: %d cells of the input, %d of the output in the first frame and %d in the last", v.Name, a, b, c)
		}
	}
}

// Padding that repeats the input holds what PyTorch's modes of that name put there.
func TestPaddingRepeatsTheInput(t *testing.T) {
	for mode, want := range map[string]string{
		"zeros": "0 0 5 6 7 8 0 0", "reflect": "7 6 5 6 7 8 7 6", "replicate": "5 5 5 6 7 8 8 8", "circular": "7 8 5 6 7 8 5 6",
	} {
		r, _ := build(t, "standard", "dims 1, input 1x4, padding 2, pad-mode "+mode, Options{})
		c := r.Layer.Stages[0].Op.(layer.Conv)
		n := numbers{g: geometryOf(r.Input, r.Output, c.Window, r.Stages[0].Pads), input: []int{5, 6, 7, 8}}
		n.g.padMode = c.PadMode
		var got []string
		for x := range n.g.padded()[1] {
			got = append(got, itoa(n.at(0, x)))
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("%s: %s, not %s", mode, s, want)
		}
	}
}
