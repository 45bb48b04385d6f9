package picture

import (
	"image/color"
	"testing"
)

// Chinese text is written, each character as itself, at any size, in the width that is measured; what no font has is a word.
func TestChineseText(t *testing.T) {
	paint := func(size float64, text string) (*Canvas, int) {
		c := NewCanvas(400, 60, color.White)
		c.Text(4, 4, size, color.Black, text)
		right := 0
		for y := range 60 {
			for x := range 400 {
				if c.RGBAAt(x, y).R < 128 {
					right = max(right, x)
				}
			}
		}
		return c, right
	}
	for _, size := range []float64{9, 14, 20, 33} {
		_, right := paint(size, "卷积 conv 步幅")
		if width := NewCanvas(1, 1, color.White).TextWidth(size, "卷积 conv 步幅"); right < 4+width*8/10 || right > 4+width {
			t.Errorf("size %g: text ends at %d, measured %d wide", size, right, width)
		}
	}
	a, _ := paint(20, "卷")
	b, _ := paint(20, "积")
	same := true
	for i := range a.Pix {
		same = same && a.Pix[i] == b.Pix[i]
	}
	if same {
		t.Error("two characters look alike: boxes")
	}
	if runs := runsOf("a×卷b"); len(runs) != 3 || !runs[1].foreign || runs[1].text != "卷" {
		t.Errorf("%+v", runs)
	}
}
