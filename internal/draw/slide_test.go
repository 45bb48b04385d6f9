package draw

import (
	"fmt"
	"image"
	"image/color"
	"slices"
	"strings"
	"testing"

	"convx/internal/coverage"
	"convx/internal/drawing"
	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/offset"
	"convx/internal/picture"
	"convx/internal/tensor"
)

// slides are the figures that are held to what a slide promises: every variant's own, and those that hold most letters.
func slides(t *testing.T) map[string]*Figure {
	t.Helper()
	all := map[string]*Figure{}
	add := func(name string, s layer.Spec, o Options) {
		o.For = drawing.Slide
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

// On a slide of 1280x720 letters can be read from the back row, in either language: captions have LeastCaptions pixels, no letter of any
// frame fewer than LeastLetters; nothing leaves the slide, and no text stands on another.
func TestSlidesCanBeReadFromTheBackRow(t *testing.T) {
	before := lang.Used()
	defer lang.Use(before)
	for _, l := range []lang.Language{lang.English, lang.Chinese} {
		lang.Use(l)
		for name, f := range slides(t) {
			for _, fault := range slideFaults(f) {
				t.Errorf("%s: %s", name, fault)
			}
			if l == lang.English && f.bare {
				t.Errorf("%s leaves letters out", name)
			}
		}
	}
}

// A page is shown to a class, too: as large as a slide, its letters are as large; and it is no wider than it need be.
func TestPagesCanBeReadFromTheBackRow(t *testing.T) {
	for _, v := range layer.Variants() {
		for _, numbers := range []bool{false, true} {
			if numbers && !figureOf(v.Name).numbers {
				continue
			}
			f, _, err := For(t.Context(), spec(t, v.Name, ""), Options{Numbers: numbers})
			if err != nil {
				t.Fatal(err)
			}
			// Where it is tight, a page keeps its channels and has letters a little smaller; a slide has fewer channels.
			if d := f.Still(); f.captionPixels() < LeastCaptions || f.smallest() < LeastLetters-0.5 || d.Width < 1.2*d.Height {
				t.Errorf("%s, numbers %t: captions of %.1f pixels, letters of %.1f, %gx%g", v.Name, numbers, f.captionPixels(), f.smallest(), d.Width, d.Height)
			}
		}
	}
}

// The same holds for any layer: what does not fit is drawn with less, and what cannot be read then is left out.
func TestSlidesOfAnyLayerCanBeRead(t *testing.T) {
	s := tensor.NewStream(9, "slides")
	one := func(values string) string {
		list := strings.Fields(values)
		return list[s.Int(0, len(list)-1)]
	}
	drawn, bare := 0, 0
	for _, v := range layer.Variants() {
		for n := range 3 {
			sized, kernel := one("1 2 3 6 16 64 1280")+"x"+one("3 5 9 12 28 224")+"x"+one("5 9 12 20"), one("1 2 3 4 5 7 11 3x5 1x7")
			l := layer.Spec{Variant: v.Name}
			for _, kv := range [][2]string{{"input", sized}, {"kernel", kernel}, {"stride", one("1 2 3")}, {"padding", one("0 1 2 same")}, {"dilation", one("1 2 4")},
				{"out-channels", one("1 2 8 64")}, {"groups", one("1 2 3")}} {
				if (v.Has(kv[0]) || kv[0] == "input") && s.Int(0, 1) == 0 {
					if err := l.Set(kv[0], kv[1]); err != nil {
						t.Fatal(err)
					}
				}
			}
			f, _, err := For(t.Context(), l, Options{For: drawing.Slide, Numbers: figureOf(v.Name).numbers && n > 0})
			if err != nil {
				continue // keys that do not go together
			}
			if drawn++; f.bare {
				bare++
			}
			for _, fault := range slideFaults(f) {
				t.Errorf("%s %v: %s", v.Name, l, fault)
			}
		}
	}
	if drawn < 25 || bare == 0 || bare > drawn/3 {
		t.Errorf("%d figures, %d of them without small letters", drawn, bare)
	}
}

// Heat maps keep to it, too, and say their scale and their counts; so do fields on pictures.
func TestSlidesOfCoverageCanBeRead(t *testing.T) {
	for _, dilations := range []string{"1,2", "2,2,2", "12,24,36"} {
		specs, labels, err := coverage.Layers(nil, dilations, nil)
		if err != nil {
			t.Fatal(err)
		}
		r, err := coverage.Of(specs)
		if err != nil {
			t.Fatal(err)
		}
		f, err := Coverage(r, labels, drawing.Slide)
		if err != nil {
			t.Fatal(err)
		}
		numbers := 0
		for _, m := range f.Still().Marks {
			if text, ok := m.(drawing.Text); ok && text.S == "0" {
				numbers++
			}
		}
		if want := dilations == "2,2,2"; numbers > 0 != want || f.bare {
			t.Errorf("%s: %d cells say 0, bare is %t", dilations, numbers, f.bare)
		}
		for _, fault := range slideFaults(f) {
			t.Errorf("%s: %s", dilations, fault)
		}
	}
	for n := range 6 {
		pictures := slices.Repeat([]picture.Panel{{Image: image.NewGray(image.Rect(0, 0, 60, 40)), Caption: "depthwise,filter=sobel-x\n1x3x208x320\nclip: 0 black, 1 white\nmax |diff| 2.24"}}, n+1)
		f := sideBySide(pictures, drawing.Slide)
		if size := f.smallest(); size < LeastCaptions {
			t.Errorf("%d pictures side by side: letters of %.1f pixels", n+1, size)
		}
	}
	r := result(t, spec(t, "standard", "input 1x30x40, kernel 5, stride 2"))
	for _, fault := range slideFaults(FieldOn(image.NewRGBA(image.Rect(0, 0, 40, 30)), r.Field, r.Output, nil, "a layer", drawing.Slide)) {
		t.Error(fault)
	}
}

// slideFaults are what is wrong with a figure on a slide, in any of its telling frames.
func slideFaults(f *Figure) (faults []string) {
	fault := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	if size := f.captionPixels(); size < LeastCaptions {
		fault("captions of %.1f pixels", size)
	}
	for _, frame := range []int{0, f.still, f.frames - 1} {
		d := drawing.Slide.Placed(f.Frame(frame))
		scale := drawing.Slide.Scale(d)
		if w, h := d.Width*scale, d.Height*scale; w < 1279 || w > 1281 || h < 719 || h > 721 {
			fault("%gx%g", w, h)
		}
		var taken []box
		for _, m := range d.Marks {
			text, ok := m.(drawing.Text)
			if !ok {
				if x0, y0, x1, y1 := extent(m); x0 < -1 || y0 < -1 || x1 > d.Width+1 || y1 > d.Height+1 {
					fault("%#v leaves the slide", m)
				}
				continue
			}
			if strings.TrimSpace(text.S) == "" {
				continue
			}
			if size := text.Size * scale; size < LeastLetters-0.01 {
				fault("%q has letters of %.1f pixels", text.S, size)
			}
			width := f.ruler.Width(text.Size, text.S)
			left := text.X - []float64{0, width / 2, width}[text.Align]
			b := box{text.Y - text.Size*0.38, left, text.Y + text.Size*0.38, left + width}
			if b.x0 < 0 || b.y0 < 0 || b.x1 > d.Width || b.y1 > d.Height {
				fault("%q leaves the slide", text.S)
			}
			if slices.ContainsFunc(taken, func(o box) bool { return b.x0 < o.x1-1 && o.x0 < b.x1-1 && b.y0 < o.y1-1 && o.y0 < b.y1-1 }) {
				fault("%q stands on another text", text.S)
			}
			taken = append(taken, b)
		}
	}
	return faults
}
