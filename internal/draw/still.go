package draw

import (
	"image"
	"io"
	"math"
	"strings"

	"convx/internal/drawing"
	"convx/internal/lang"
	"convx/internal/picture"
)

// still is a figure of one frame, its captions on a slide of so many pixels.
func still(title string, panels []panel, captions []string, p drawing.Purpose, pixels float64) *Figure {
	f := &Figure{title: title, panels: panels, captions: captions, purpose: p, frames: 1, ruler: drawing.NewRuler(), pixels: pixels}
	f.measure()
	if p == drawing.Slide && f.smallest() < LeastLetters {
		f.leaveOut()
		f.measure()
	}
	return f
}

// SideBySide writes pictures beside each other as a PNG, each over its caption: on a page pixel by pixel, elsewhere as large as can be.
func SideBySide(w io.Writer, pictures []picture.Panel, p drawing.Purpose) error {
	if p == drawing.Page {
		return picture.Panels(pictures, panelColumns(len(pictures))).Encode(w)
	}
	return Look{For: p, Theme: ThemeNames()[0]}.Write(w, sideBySide(pictures, p), ".png")
}

// panelColumns keeps few panels in one row, and lays more out in nearly a square.
func panelColumns(n int) int {
	if n <= 3 {
		return n
	}
	return int(math.Ceil(math.Sqrt(float64(n))))
}

// sideBySide are pictures in a row or, where that makes them larger on a slide, in several. The letters of more than three are the
// smallest that a slide has: in larger ones, what is said of five pictures leaves no room for them.
func sideBySide(pictures []picture.Panel, p drawing.Purpose) *Figure {
	var panels []panel
	for _, shown := range pictures {
		pixels := image.NewRGBA(image.Rectangle{Max: shown.Image.Bounds().Size()})
		canvas := picture.Canvas{RGBA: pixels}
		canvas.Image(0, 0, shown.Image, 1)
		w, h := float64(pixels.Rect.Dx()), float64(pixels.Rect.Dy())
		panels = append(panels, panel{w: w, h: h, label: strings.ReplaceAll(shown.Caption, "\n", ", "), paint: func(d *drawing.Drawing, x, y float64, _ int) {
			d.Add(drawing.Image{X: x, Y: y, W: w, H: h, Pixels: pixels})
		}})
	}
	pixels := float64(backRow)
	if len(pictures) > 3 {
		pixels = LeastLetters + 0.5
	}
	return still(lang.Text("the outputs side by side"), panels, nil, p, pixels)
}
