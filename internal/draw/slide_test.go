package draw

import (
	"image/color"
	"math"
	"strings"
	"testing"

	"convx/internal/drawing"
	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/offset"
)

// slides are the figures that are held to what a slide promises: every variant's own, and those that hold most letters.
func slides(t *testing.T) map[string]*Figure {
	t.Helper()
	all := map[string]*Figure{}
	add := func(name string, s layer.Spec, o Options) {
		o.For = Slide
		f, _, err := For(t.Context(), s, o)
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		all[name] = f
	}
	for _, v := range layer.Variants() {
		add(v.Name, spec(t, v.Name, ""), Options{})
		if figureOf(v.Name).numbers && lang.Used() == lang.English {
			add(v.Name+" with numbers", spec(t, v.Name, ""), Options{Numbers: true})
		}
	}
	var presets []offset.Preset
	for _, text := range []string{"dilate:2", "scale:1.5", "aspect:2", "rotate:30"} {
		p, err := offset.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		presets = append(presets, p)
	}
	if lang.Used() == lang.Chinese { // the letters that differ are those of words
		return all
	}
	add("one preset", spec(t, "deformable", ""), Options{Offsets: presets[3:]})
	add("presets", spec(t, "deformable", ""), Options{Offsets: presets})
	add("stack", spec(t, "dilated", "dims 1, kernel 2, padding causal"), Options{Stack: []int{1, 2, 4, 8}})
	plain := func(int, int) color.NRGBA { return rgb(0x808080) }
	add("picture", spec(t, "standard", "input 1x23x35"), Options{Scene: &Scene{
		Input: plain, Output: plain, Caption: "a picture",
		Terms: &Terms{Channels: []string{"red", "green", "blue"}, Input: func(_, y, x int) float64 { return float64(x%7) / 7 },
			Weight: func(_, ky, kx int) float64 { return float64(ky-kx) / 3 }},
	}})
	return all
}

// On a slide of 1280x720 letters can be read from the back row, in either language: captions have 24 pixels, no letter of any frame
// fewer than LeastLetters, and nothing leaves the slide.
func TestSlidesCanBeReadFromTheBackRow(t *testing.T) {
	before := lang.Used()
	defer lang.Use(before)
	for _, l := range []lang.Language{lang.English, lang.Chinese} {
		lang.Use(l)
		for name, f := range slides(t) {
			for _, frame := range []int{0, f.still, f.frames - 1} {
				d := Slide.Placed(f.Frame(frame))
				scale := Slide.Scale(f.Frame(frame))
				if w, h := d.Width*scale, d.Height*scale; w < 1279 || w > 1281 || h < 719 || h > 721 {
					t.Errorf("%s: %gx%g", name, w, h)
				}
				if size := captionSize * f.kind * scale; size < 24 {
					t.Errorf("%s: captions of %.1f pixels", name, size)
				}
				least, smallest := math.Inf(1), ""
				for _, m := range d.Marks {
					text, ok := m.(drawing.Text)
					if !ok || strings.TrimSpace(text.S) == "" {
						continue
					}
					if text.Size < least {
						least, smallest = text.Size, text.S
					}
					width := f.ruler.Width(text.Size, text.S)
					left := text.X - []float64{0, width / 2, width}[text.Align]
					if left < 0 || left+width > d.Width || text.Y-text.Size/2 < 0 || text.Y+text.Size/2 > d.Height {
						t.Errorf("%s: %q leaves the slide", name, text.S)
					}
				}
				if least*scale < LeastLetters {
					t.Errorf("%s: %q has letters of %.1f pixels", name, smallest, least*scale)
				}
			}
		}
	}
}
