package picture

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"convx/internal/tensor"
)

// Strip is the strongest maps of a result, each reduced to what half blocks show in one line of a terminal.
type Strip [][]float32

const (
	stripMaps             = 12   // that are kept
	stripHigh, stripWidth = 2, 4 // values a map: two pixels share a character
)

// StripOf takes the maps of an N x C x H x W tensor whose mean magnitude is greatest, those that hold NaN first. Maps of a
// single value have nothing to show: the Strip is empty.
func StripOf(t *tensor.Tensor[float32]) Strip {
	h, w := t.Shape[2], t.Shape[3]
	if h*w < 2 {
		return nil
	}
	type strong struct {
		plane    []float32
		strength float64
	}
	var all []strong
	for plane := range slices.Chunk(t.Data, h*w) {
		sum := 0.0
		for _, v := range plane {
			sum += math.Abs(float64(v))
		}
		if sum != sum {
			sum = math.Inf(1)
		}
		all = append(all, strong{plane, sum})
	}
	slices.SortStableFunc(all, func(a, b strong) int { return cmp.Compare(b.strength, a.strength) })
	var s Strip
	for _, m := range all[:min(stripMaps, len(all))] {
		s = append(s, reduced(m.plane, h, w))
	}
	return s
}

// reduced is the means of a map under each cell of a strip's.
func reduced(plane []float32, h, w int) []float32 {
	var out []float32
	for y := range stripHigh {
		y0 := y * h / stripHigh
		for x := range stripWidth {
			x0 := x * w / stripWidth
			y1, x1 := max(y0+1, (y+1)*h/stripHigh), max(x0+1, (x+1)*w/stripWidth)
			sum := 0.0
			for j := y0; j < y1; j++ {
				for _, v := range plane[j*w+x0 : j*w+x1] {
					sum += float64(v)
				}
			}
			out = append(out, float32(sum/float64((y1-y0)*(x1-x0))))
		}
	}
	return out
}

// Line draws as many maps as fit so many columns, the strongest first: each from its least value, black, to its greatest, white.
func (s Strip) Line(columns int, colors Colors) string {
	var parts []string
	for i, m := range s {
		if (i+1)*(stripWidth+1)-1 > columns {
			break
		}
		p, _, err := Map(tensor.Of(m, 1, 1, stripHigh, stripWidth), MapOptions{Mapping: MinMax, Colormap: Grayscale})
		if err != nil {
			break
		}
		parts = append(parts, HalfBlocks(p.Image(), stripWidth, 1, colors)[0])
	}
	return strings.Join(parts, " ")
}

// Dead counts the maps of an N x C x H x W tensor that are all zero.
func Dead(t *tensor.Tensor[float32]) (dead int) {
	for plane := range slices.Chunk(t.Data, max(1, t.Shape[2]*t.Shape[3])) {
		if allZero(plane) {
			dead++
		}
	}
	return dead
}

func allZero(data []float32) bool {
	return !slices.ContainsFunc(data, func(v float32) bool { return v != 0 })
}
