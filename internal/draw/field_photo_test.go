package draw

import (
	"image"
	"image/color"
	"testing"

	"convx/internal/drawing"
	"convx/internal/gradient"
	"convx/internal/shape"
)

// A pixel in the middle of the field stays as it is, one in the field is darker, one beyond it darkest.
func TestFieldOnAPicture(t *testing.T) {
	img := image.NewRGBA(image.Rect(0, 0, 40, 30))
	for i := range img.Pix {
		img.Pix[i] = 200
	}
	r := result(t, spec(t, "standard", "input 1x30x40, kernel 15, stride 2"))
	estimate := estimated(r.Field, []int{r.Output[2] / 2, r.Output[3] / 2}, 30, 40)
	at := func(img *image.RGBA, y, x int) uint8 { return img.RGBAAt(x, y).R }
	b := estimate.theoretical
	y, x := int(b.y0+b.y1)/2, int(b.x0+b.x1)/2
	out := lit(img, estimate.light)
	if !(at(out, y, x) > 190 && at(out, y, x+5) < at(out, y, x+1) && at(out, y, x+5) > 50 && at(out, y, x+9) == 50) {
		t.Errorf("%d %d %d %d", at(out, y, x), at(out, y, x+1), at(out, y, x+5), at(out, y, x+9))
	}
	if s := (box{-5, 0, 15, 20}).share(30, 40); s != "25%" {
		t.Error(s)
	}
	r = result(t, spec(t, "standard", "input 1x30x40, kernel 5, stride 2"))
	c := FieldOn(img, r.Field, r.Output, nil, "a layer", drawing.Page).Still().Paint(1)
	orange, blue := 0, 0
	for y := range c.Rect.Dy() {
		for x := range c.Rect.Dx() {
			switch c.RGBAAt(x, y) {
			case color.RGBA{kernelDark.R, kernelDark.G, kernelDark.B, 255}:
				orange++
			case color.RGBA{inputDark.R, inputDark.G, inputDark.B, 255}:
				blue++
			}
		}
	}
	if orange < 100 || blue < 50 {
		t.Errorf("%d pixels of the frame, %d of the dashes", orange, blue)
	}
	whole := FieldOn(img, shape.Field{Whole: true}, []int{1, 1, 1, 1}, nil, "all", drawing.Page).Still().Paint(1)
	if whole.Rect.Dx() < 640 {
		t.Error(whole.Rect)
	}
	// Measured, what matters is light, and the picture stands beside its influence.
	m := &gradient.Map{Height: 30, Width: 40, Data: make([]float64, 1200), Of: "the outputs"}
	m.Data[10*40+20], m.Data[11*40+21] = 4, 1
	s := estimated(r.Field, []int{r.Output[2] / 2, r.Output[3] / 2}, 30, 40)
	s.measure(m)
	if want := (box{10, 20, 12, 22}); s.effective != want || s.light(10, 20) != 1 || s.light(11, 21) != 0.625 || s.light(0, 0) != 0.25 {
		t.Errorf("%v, %g %g %g", s.effective, s.light(10, 20), s.light(11, 21), s.light(0, 0))
	}
	pictures := 0
	for _, m := range FieldOn(img, r.Field, r.Output, m, "a layer", drawing.Page).Still().Marks {
		if _, ok := m.(drawing.Image); ok {
			pictures++
		}
	}
	if pictures != 2 {
		t.Errorf("%d pictures in place of the layer's field and its influence", pictures)
	}
}
