package picture

import (
	"fmt"
	"image"
	"math"
	"strings"
)

// shades are characters from dark to light on a dark terminal.
var shades = []rune(" ░▒▓█")

// Colors is how many colours a terminal shows.
type Colors int

// None; the 256 of xterm; 24 bits.
const (
	NoColors Colors = iota
	XtermColors
	TrueColors
)

// sgr is a colour as what follows "38;" or "48;" in an escape sequence.
func (c Colors) sgr(rgb [3]int) string {
	if c == TrueColors {
		return fmt.Sprintf("2;%d;%d;%d", rgb[0], rgb[1], rgb[2])
	}
	return fmt.Sprintf("5;%d", xterm(rgb))
}

// xterm is the nearest of xterm's colours: a cube of 6x6x6 from 16 on, and 24 greys from 232 on. The first 16 are the user's own.
func xterm(rgb [3]int) int {
	levels := [6]int{0, 95, 135, 175, 215, 255}
	square := func(v int) int { return v * v }
	cube, apart, grey := 0, 0, 0
	for _, v := range rgb {
		best := 0
		for i, level := range levels {
			if square(level-v) < square(levels[best]-v) {
				best = i
			}
		}
		cube, apart, grey = 6*cube+best, apart+square(levels[best]-v), grey+v
	}
	step := min(max((grey/3-3)/10, 0), 23)
	off := 0
	for _, v := range rgb {
		off += square(8 + 10*step - v)
	}
	if off < apart {
		return 232 + step
	}
	return 16 + cube
}

// HalfBlocks shows a picture in lines of so many columns, two pixels a character, one above the other. With colours each is a
// half block; without, a shade. Pixels are means of those that they cover; a picture smaller than that is
// magnified. rows bounds the lines; 0 is as many as the proportions want.
func HalfBlocks(img image.Image, cols, rows int, colors Colors) []string {
	b := img.Bounds()
	if b.Empty() || cols < 1 {
		return nil
	}
	high := max(2, int(math.Round(float64(cols)*float64(b.Dy())/float64(b.Dx()))))
	if rows > 0 && high > 2*rows {
		high = 2 * rows
		cols = max(1, int(math.Round(float64(high)*float64(b.Dx())/float64(b.Dy()))))
	}
	high += high % 2
	rgba := toRGBA(img)
	var lines []string
	for y := 0; y < high; y += 2 {
		var line strings.Builder
		for x := range cols {
			top, bottom := meanColor(rgba, x, y, cols, high), meanColor(rgba, x, y+1, cols, high)
			if colors != NoColors {
				fmt.Fprintf(&line, "\x1b[38;%sm\x1b[48;%sm▀", colors.sgr(top), colors.sgr(bottom))
				continue
			}
			light := 0.0
			for i, w := range []float64{0.2126, 0.7152, 0.0722} {
				light += w * float64(top[i]+bottom[i]) / 2
			}
			line.WriteRune(shades[min(len(shades)-1, int(light/256*float64(len(shades))))])
		}
		if colors != NoColors {
			line.WriteString("\x1b[0m")
		}
		lines = append(lines, line.String())
	}
	return lines
}

// meanColor is the mean of the pixels under cell (x, y) of a grid of cols x rows.
func meanColor(img *image.RGBA, x, y, cols, rows int) (mean [3]int) {
	w, h := img.Rect.Dx(), img.Rect.Dy()
	x0, y0 := x*w/cols, y*h/rows
	x1, y1 := max(x0+1, (x+1)*w/cols), max(y0+1, (y+1)*h/rows)
	n := 0
	for j := y0; j < min(y1, h); j++ {
		for i := x0; i < min(x1, w); i++ {
			p := img.Pix[img.PixOffset(i, j):]
			mean[0], mean[1], mean[2] = mean[0]+int(p[0]), mean[1]+int(p[1]), mean[2]+int(p[2])
			n++
		}
	}
	for i := range mean {
		mean[i] /= max(1, n)
	}
	return mean
}
