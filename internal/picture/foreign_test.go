package picture

import (
	"image/color"
	"testing"
)

// Chinese text is written, each character as itself, at any size, in the width that is measured; what no font has is a word.
func TestChineseText(t *testing.T) {
	t.Run("system", func(t *testing.T) { testChineseText(t, func(*Canvas, float64) {}) })
	t.Run("bitmap", func(t *testing.T) { testChineseText(t, func(c *Canvas, size float64) { c.foreignFaces[size] = nil }) })
}

func testChineseText(t *testing.T, prepare func(*Canvas, float64)) {
	paint := func(size float64, text string) (*Canvas, int) {
		c := NewCanvas(400, 60, color.White)
		prepare(c, size)
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
		c := NewCanvas(1, 1, color.White)
		prepare(c, size)
		if width := c.TextWidth(size, "卷积 conv 步幅"); right < 4+width*8/10 || right > 4+width {
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
