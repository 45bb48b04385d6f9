package draw

import (
	"image"
	"image/color"
	"testing"

	"convx/internal/shape"
)

// A pixel in the middle of the field stays as it is, one in the field is darker, one beyond it darkest.
func TestFieldOnAPicture(t *testing.T) {
	img := image.NewRGBA(image.Rect(0, 0, 40, 30))
	for i := range img.Pix {
		img.Pix[i] = 200
	}
	center, size, effective := [2]float64{15, 20}, [2]float64{15, 21}, [2]float64{8, 10}
	out := lit(img, false, center, size, effective)
	at := func(y, x int) uint8 { return out.RGBAAt(x, y).R }
	if !(at(15, 20) > 190 && at(15, 28) < at(15, 22) && at(15, 28) > at(15, 33) && at(0, 0) == 50) {
		t.Errorf("%d %d %d %d %d", at(15, 20), at(15, 22), at(15, 28), at(15, 33), at(0, 0))
	}
	if s := share(center, size, 40, 30); s != "26.2%" {
		t.Error(s)
	}
	r := result(t, spec(t, "standard", "input 1x30x40, kernel 5, stride 2"))
	c := FieldOn(img, r.Field, r.Output, "a layer")
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
	whole := FieldOn(img, shape.Field{Whole: true}, []int{1, 1, 1, 1}, "all")
	if whole.Rect.Dx() < 640 {
		t.Error(whole.Rect)
	}
}
