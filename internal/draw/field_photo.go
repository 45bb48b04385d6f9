package draw

import (
	"fmt"
	"image"
	"image/color"
	"math"

	"convx/internal/lang"
	"convx/internal/picture"
	"convx/internal/shape"
)

// fieldSide is about how many pixels the longer side of a picture with a receptive field on it has.
const fieldSide = 640

// FieldOn shows on a picture of a network's input size what one output of a layer sees: the theoretical field as a frame, all of
// which has a path to the output, and how much each pixel matters, as light, by the Gaussian of Field.Effective. The output is
// the one in the middle of out, N x C x H x W.
func FieldOn(img *image.RGBA, f shape.Field, out []int, title string) *picture.Canvas {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	scale := max(1, fieldSide/max(w, h))
	center, size, effective := [2]float64{float64(h) / 2, float64(w) / 2}, [2]float64{float64(h), float64(w)}, [2]float64{float64(h), float64(w)}
	notes := []string{lang.Text("the whole picture: every output sees all of it")}
	if !f.Whole {
		eff := f.Effective()
		for a := range 2 {
			center[a] = f.Center()[a] + 0.5 + f.Jump[a]*float64(out[2+a]/2)
			size[a], effective[a] = f.Size[a], max(1, eff[a])
		}
		notes = []string{
			lang.Sprintf("frame: the theoretical field, %gx%g pixels, %s of the picture", size[0], size[1], share(center, size, w, h)),
			lang.Sprintf("light, and dashed: the effective field, about %.0fx%.0f, where 95%% of the influence comes from if all weights are alike", effective[0], effective[1]),
		}
	}
	c := picture.NewCanvas(1, 1, color.White)
	const titleText, text, edge = 22, 18, 16
	line := c.LineHeight(text) + 4
	wide := max(w*scale, c.TextWidth(titleText, title))
	for _, n := range notes {
		wide = max(wide, c.TextWidth(text, n))
	}
	top := edge + c.LineHeight(titleText) + 10
	c = picture.NewCanvas(wide+2*edge, top+h*scale+12+len(notes)*line+edge, color.White)
	c.Text(edge, edge, titleText, color.Black, title)
	left := edge + (wide-w*scale)/2
	c.Image(left, top, lit(img, f.Whole, center, size, effective), scale)
	if !f.Whole {
		s := float64(scale)
		frame := func(size [2]float64, width float64, col color.NRGBA, dashed bool) {
			x0, y0 := max(0, center[1]-size[1]/2)*s+float64(left), max(0, center[0]-size[0]/2)*s+float64(top)
			x1, y1 := min(float64(w), center[1]+size[1]/2)*s+float64(left), min(float64(h), center[0]+size[0]/2)*s+float64(top)
			for _, side := range [4][4]float64{{x0, y0, x1, y0}, {x1, y0, x1, y1}, {x1, y1, x0, y1}, {x0, y1, x0, y0}} {
				n := 1.0
				if dashed {
					n = max(1, math.Hypot(side[2]-side[0], side[3]-side[1])/12)
				}
				for t := 0.0; t < n; t++ {
					a, b := t/n, (t+1)/n
					if dashed {
						b = (t + 0.55) / n
					}
					c.Line(side[0]+a*(side[2]-side[0]), side[1]+a*(side[3]-side[1]), side[0]+b*(side[2]-side[0]), side[1]+b*(side[3]-side[1]), width, col)
				}
			}
		}
		frame(size, 6, white, false)
		frame(size, 3, kernelDark, false)
		frame(effective, 5, white, true)
		frame(effective, 3, inputDark, true)
	}
	for i, n := range notes {
		c.Text(edge, top+h*scale+12+i*line, text, color.Black, n)
	}
	return c
}

// share is which part of the picture a field covers, the rest of it lying in the padding.
func share(center, size [2]float64, w, h int) string {
	part := 1.0
	for a, n := range [2]int{h, w} {
		part *= (min(float64(n), center[a]+size[a]/2) - max(0, center[a]-size[a]/2)) / float64(n)
	}
	return fmt.Sprintf("%.3g%%", 100*max(0, part))
}

// lit is a picture as bright as each pixel matters: dark beyond the field.
func lit(img *image.RGBA, whole bool, center, size, effective [2]float64) *image.RGBA {
	out := image.NewRGBA(img.Rect)
	copy(out.Pix, img.Pix)
	if whole {
		return out
	}
	for y := range img.Rect.Dy() {
		for x := range img.Rect.Dx() {
			light, at := 0.25, [2]float64{float64(y) + 0.5, float64(x) + 0.5}
			inside, z := true, 0.0
			for a := range 2 {
				d := at[a] - center[a]
				inside = inside && math.Abs(d) <= size[a]/2
				z += d * d / (effective[a] / 4 * effective[a] / 4) / 2 // two standard deviations either way
			}
			if inside {
				light = 0.45 + 0.55*math.Exp(-z)
			}
			p := out.Pix[out.PixOffset(x, y):]
			for k := range 3 {
				p[k] = uint8(float64(p[k]) * light)
			}
		}
	}
	return out
}
