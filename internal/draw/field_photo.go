package draw

import (
	"fmt"
	"image"
	"image/color"
	"math"

	"convx/internal/drawing"
	"convx/internal/gradient"
	"convx/internal/lang"
	"convx/internal/picture"
	"convx/internal/shape"
)

// fieldSide is about how many pixels the longer side of a picture with a receptive field on it has.
const fieldSide = 640

// box is a part of a picture, in its pixels: rows from y0 up to y1, columns from x0 up to x1.
type box struct{ y0, x0, y1, x1 float64 }

// within is the part of a box that lies on a picture of so many rows and columns.
func (b box) within(h, w float64) box {
	return box{max(0, b.y0), max(0, b.x0), min(h, b.y1), min(w, b.x1)}
}

// share is which part of the picture a box covers, the rest of it lying in the padding.
func (b box) share(h, w float64) string {
	b = b.within(h, w)
	return fmt.Sprintf("%.3g%%", 100*max(0, (b.y1-b.y0)/h*(b.x1-b.x0)/w))
}

// seen is what a layer sees of a picture: its theoretical and its effective field, and how bright each pixel is for what it matters.
type seen struct {
	theoretical, effective box
	whole                  bool
	light                  func(y, x int) float64
	notes                  []string
}

// FieldOn shows on a picture of a network's input size what one output of a layer sees, the one in the middle of out, N x C x H x W, or
// the one that was measured:
// the theoretical field as a frame, all of which has a path to the output, and how much each pixel matters, as light and by itself
// beside. Without a measured m that is the Gaussian of Field.Effective.
func FieldOn(img *image.RGBA, f shape.Field, out []int, m *gradient.Map, title string, p drawing.Purpose) *Figure {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	at := []int{0, 0}
	if !f.Whole {
		at = []int{out[2] / 2, out[3] / 2}
	}
	if m != nil {
		at = []int{m.Row, m.Column}
	}
	s := estimated(f, at, h, w)
	if m != nil {
		s.measure(m)
	}
	panels := []panel{s.panel(lit(img, s.light))}
	if m != nil {
		panels = append(panels, s.panel(heat(m)))
	}
	return still(title, panels, s.notes, p)
}

// panel is a picture with both fields on it.
func (s *seen) panel(img *image.RGBA) panel {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	scale := float64(max(1, fieldSide/max(w, h)))
	return panel{w: float64(w) * scale, h: float64(h) * scale, paint: func(d *drawing.Drawing, x, y float64, _ int) {
		d.Add(drawing.Image{X: x, Y: y, W: float64(w) * scale, H: float64(h) * scale, Pixels: img})
		for _, line := range []struct {
			box    box
			width  float64
			color  color.NRGBA
			dashed bool
		}{{s.theoretical, 6, white, false}, {s.theoretical, 3, kernelDark, false}, {s.effective, 5, white, true}, {s.effective, 3, inputDark, true}} {
			b := line.box.within(float64(h), float64(w))
			x0, y0, x1, y1 := b.x0*scale+x, b.y0*scale+y, b.x1*scale+x, b.y1*scale+y
			for _, side := range [4][4]float64{{x0, y0, x1, y0}, {x1, y0, x1, y1}, {x1, y1, x0, y1}, {x0, y1, x0, y0}} {
				d.Add(drawing.Segment{X0: side[0], Y0: side[1], X1: side[2], Y1: side[3], Width: line.width, Color: line.color, Dashed: line.dashed})
			}
		}
	}}
}

// estimated is the theoretical field of the output at a row and a column, and the Gaussian that the effective one is if all weights are alike.
func estimated(f shape.Field, at []int, h, w int) seen {
	picture := box{0, 0, float64(h), float64(w)}
	if f.Whole {
		return seen{picture, picture, true, func(int, int) float64 { return 1 }, []string{lang.Text("Every output has a path to the whole picture.")}}
	}
	eff, theory, effect := f.Effective(), [4]float64{}, [4]float64{}
	var center, size [2]float64
	for a := range 2 {
		center[a] = f.Center()[a] + 0.5 + f.Jump[a]*float64(at[a])
		size[a] = max(1, eff[a])
		theory[a], theory[2+a] = center[a]-f.Size[a]/2, center[a]+f.Size[a]/2
		effect[a], effect[2+a] = center[a]-size[a]/2, center[a]+size[a]/2
	}
	s := seen{theoretical: box{theory[0], theory[1], theory[2], theory[3]}, effective: box{effect[0], effect[1], effect[2], effect[3]}}
	s.light = func(y, x int) float64 {
		dy, dx := float64(y)+0.5-center[0], float64(x)+0.5-center[1]
		if math.Abs(dy) > f.Size[0]/2 || math.Abs(dx) > f.Size[1]/2 {
			return 0.25
		}
		// Two standard deviations either way are the effective field.
		return 0.45 + 0.55*math.Exp(-8*(dy*dy/(size[0]*size[0])+dx*dx/(size[1]*size[1])))
	}
	s.notes = []string{
		lang.Sprintf("Frame: the theoretical field, %gx%g pixels, %s of the picture.", f.Size[0], f.Size[1], s.theoretical.share(float64(h), float64(w))),
		lang.Sprintf("Light, and dashed: an estimate of the effective field, about %.0fx%.0f: 95%% of the influence, if all weights are alike.", size[0], size[1]),
	}
	return s
}

// measure puts what was measured in place of the estimate.
func (s *seen) measure(m *gradient.Map) {
	rows, columns := m.Box(gradient.Most)
	s.effective = box{float64(rows[0]), float64(columns[0]), float64(rows[1]), float64(columns[1])}
	bright := brightness(m)
	s.light = func(y, x int) float64 { return 0.25 + 0.75*bright(y, x) }
	s.notes = append(s.notes[:1], lang.Sprintf("Light, and dashed: the effective field, %dx%d pixels, which %g%% of the influence on %s comes from.",
		rows[1]-rows[0], columns[1]-columns[0], 100*gradient.Most, m.Of),
		lang.Text("Right: that influence alone, the gradient's magnitude at each pixel."))
}

// brightness is the influence of a pixel in [0, 1], the root of its share of the largest: single pixels of great influence would
// leave the others dark.
func brightness(m *gradient.Map) func(y, x int) float64 {
	most := 0.0
	for _, v := range m.Data {
		most = max(most, v)
	}
	return func(y, x int) float64 { return math.Sqrt(m.Data[y*m.Width+x] / most) }
}

// heat is the influence by itself, in the colours of viridis.
func heat(m *gradient.Map) *image.RGBA {
	img := image.NewRGBA(image.Rect(0, 0, m.Width, m.Height))
	bright := brightness(m)
	for y := range m.Height {
		for x := range m.Width {
			img.SetRGBA(x, y, picture.Viridis.Color(bright(y, x)))
		}
	}
	return img
}

// lit is a picture as bright as each pixel matters.
func lit(img *image.RGBA, light func(y, x int) float64) *image.RGBA {
	out := image.NewRGBA(img.Rect)
	copy(out.Pix, img.Pix)
	for y := range img.Rect.Dy() {
		for x := range img.Rect.Dx() {
			p := out.Pix[out.PixOffset(x, y):]
			for k := range 3 {
				p[k] = uint8(float64(p[k]) * light(y, x))
			}
		}
	}
	return out
}
