package draw

import (
	"image"
	"io"
	"slices"
	"strings"

	"convx/internal/drawing"
	"convx/internal/lang"
	"convx/internal/picture"
)

// still is a figure of one frame.
func still(title string, panels []panel, captions []string, p drawing.Purpose) *Figure {
	f := &Figure{title: title, panels: panels, captions: captions}
	return f.alone(p)
}

// alone lays a figure of one frame out.
func (f *Figure) alone(p drawing.Purpose) *Figure {
	f.purpose, f.frames, f.ruler = p, 1, drawing.NewRuler()
	f.measure()
	if p == drawing.Slide && f.smallest() < LeastLetters {
		f.leaveOut()
		f.measure()
	}
	return f
}

// SideBySide writes pictures beside each other as a PNG, each over its caption: on a page pixel by pixel, elsewhere as large as can be.
func SideBySide(w io.Writer, pictures []picture.Panel, look drawing.Look) error {
	if look.For == drawing.Page {
		look.Scale = 1
	}
	return look.Write(w, sideBySide(pictures, look.For).Still(), drawing.PNG)
}

// worth is how large, of what they could be, pictures of a slide may become for captions that the back row reads.
const worth = 0.8

// sideBySide are pictures in a row or, where that makes them larger on a slide, in several. What is said of several pictures is said once,
// below all. Where larger captions leave too little room to many pictures, they are the smallest letters that a slide has.
func sideBySide(pictures []picture.Panel, p drawing.Purpose) *Figure {
	own, common := shared(pictures)
	var panels []panel
	for i, shown := range pictures {
		pixels := image.NewRGBA(image.Rectangle{Max: shown.Image.Bounds().Size()})
		canvas := picture.Canvas{RGBA: pixels}
		canvas.Image(0, 0, shown.Image, 1)
		w, h := float64(pixels.Rect.Dx()), float64(pixels.Rect.Dy())
		panels = append(panels, panel{w: w, h: h, label: own[i], paint: func(d *drawing.Drawing, x, y float64, _ int) {
			d.Add(drawing.Image{X: x, Y: y, W: w, H: h, Pixels: pixels})
		}})
	}
	f := (&Figure{panels: panels, captions: common}).alone(p)
	if len(pictures) > 3 {
		small := (&Figure{panels: panels, captions: common, enough: LeastLetters + 0.5}).alone(p)
		if f.slideScale() < worth*small.slideScale() {
			return small
		}
	}
	return f
}

// shared parts the lines of captions: those of one picture, in one line, and those of several, with how many of them there are.
func shared(pictures []picture.Panel) (own, common []string) {
	in := map[string][]int{}
	var order []string
	for i, p := range pictures {
		for _, line := range strings.Split(p.Caption, "\n")[1:] {
			if in[line] == nil {
				order = append(order, line)
			}
			in[line] = append(in[line], i)
		}
	}
	said := map[string]bool{}
	for _, line := range order {
		if len(in[line]) < 2 || said[line] {
			continue
		}
		var together []string // all that the same pictures share
		for _, other := range order {
			if slices.Equal(in[other], in[line]) {
				together, said[other] = append(together, other), true
			}
		}
		text := strings.Join(together, lang.Text(", "))
		if n := len(in[line]); n < len(pictures) {
			text = lang.Sprintf("%d of %d: %s", n, len(pictures), text)
		}
		common = append(common, text)
	}
	for _, p := range pictures {
		lines := strings.Split(p.Caption, "\n")
		lines[0] = strings.ReplaceAll(lines[0], ",", ", ") // where a line may end
		own = append(own, strings.Join(slices.DeleteFunc(lines, func(line string) bool { return said[line] }), lang.Text(", ")))
	}
	return own, common
}
