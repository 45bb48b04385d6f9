package reference

import (
	"math"

	"convx/internal/tensor"
)

// Resize resamples each plane, in to out, with half-pixel centres: output position o looks at (o + 1/2)/scale - 1/2,
// clamped to the input, and mixes the pixels around it linearly along each axis; nearest takes the closest (of two
// equally close, the later), as PyTorch's "nearest-exact". scale is per axis; rows from..to of planes x out.
func Resize[T tensor.Float](in, out [3]int, scale [3]float64, nearest bool, y, x []T, from, to int) {
	for i := from; i < to; i++ {
		plane := i / (out[0] * out[1])
		d := mixAt(i/out[1]%out[0], in[0], scale[0], nearest)
		h := mixAt(i%out[1], in[1], scale[1], nearest)
		src := x[plane*in[0]*in[1]*in[2]:][:in[0]*in[1]*in[2]]
		for o := range out[2] {
			w := mixAt(o, in[2], scale[2], nearest)
			sum := 0.0
			for a := range 2 {
				for b := range 2 {
					for c := range 2 {
						// A weight of zero must not meet the pixel: it may be infinite.
						if f := d.weight[a] * h.weight[b] * w.weight[c]; f != 0 {
							sum += f * float64(src[(d.at[a]*in[1]+h.at[b])*in[2]+w.at[c]])
						}
					}
				}
			}
			y[i*out[2]+o] = T(sum)
		}
	}
}

// mix is the two input positions that an output mixes along an axis, and their weights.
type mix struct {
	at     [2]int
	weight [2]float64
}

func mixAt(o, in int, scale float64, nearest bool) mix {
	p := (float64(o)+0.5)/scale - 0.5
	if nearest {
		p = math.Floor(p + 0.5)
	}
	p = min(max(p, 0), float64(in-1))
	low := int(p)
	return mix{[2]int{low, min(low+1, in-1)}, [2]float64{1 - (p - float64(low)), p - float64(low)}}
}
