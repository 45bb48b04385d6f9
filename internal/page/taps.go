package page

import (
	"context"
	"math"

	"convx/internal/layer"
	"convx/internal/ops"
	"convx/internal/shape"
	"convx/internal/tensor"
)

// tapsRequest is a deformable convolution of one channel, whose taps are moved alike at every position.
type tapsRequest struct {
	Input   array     `json:"input"`   // 1 x 1 x H x W
	Weight  []float32 `json:"weight"`  // K x K
	Offsets []float32 `json:"offsets"` // per tap, row by row: dy, dx
	At      [2]int    `json:"at"`      // row and column of the output that is looked at
}

type tapsJSON struct {
	Output array     `json:"output"`
	Taps   []tapJSON `json:"taps"`
	// Total is the sum of the taps' products; the output holds it too, as float32.
	Total float64 `json:"total"`
	// Dilation is that of a plain convolution with its taps in the same places, if there is one, and Difference the most that
	// its output, computed by itself, is away from this one.
	Dilation   []int   `json:"dilation"`
	Difference float64 `json:"difference"`
}

// tapJSON is one tap: where it samples, and from which pixels.
type tapJSON struct {
	Row    float64     `json:"row"`
	Col    float64     `json:"col"`
	Weight float64     `json:"weight"`
	Value  float64     `json:"value"`
	Pixels []pixelJSON `json:"pixels"`
}

// pixelJSON is one of the four pixels around a sample, and its share of it.
type pixelJSON struct {
	Row   int     `json:"row"`
	Col   int     `json:"col"`
	Value float64 `json:"value"`
	Share float64 `json:"share"`
}

// Bounds of a convolution whose taps are moved: the side of its kernel, the pixels of its input, and how far a tap goes.
const (
	maxSide   = 7
	maxPixels = 1 << 20
	maxOffset = 128
)

// taps computes a convolution whose taps are moved, and shows one output tap by tap.
func (e *Engine) taps(ctx context.Context, request []byte) (any, error) {
	q, err := read[tapsRequest](request)
	if err != nil {
		return nil, err
	}
	x, err := e.tensor(q.Input, "input")
	if err != nil {
		return nil, err
	}
	k := int(math.Sqrt(float64(len(q.Weight))))
	if err := q.check(x, k); err != nil {
		return nil, err
	}
	moved, err := q.moved(ctx, x, k)
	if err != nil {
		return nil, err
	}
	j := tapsJSON{Output: arrayOf(moved)}
	for t, w := range q.Weight {
		tap := sampled(x, float64(q.At[0]+t/k-k/2)+float64(q.Offsets[2*t]), float64(q.At[1]+t%k-k/2)+float64(q.Offsets[2*t+1]))
		tap.Weight = float64(w)
		j.Taps, j.Total = append(j.Taps, tap), j.Total+tap.Weight*tap.Value
	}
	if j.Dilation = q.dilation(k); j.Dilation != nil {
		spec := layer.Spec{Variant: "dilated", Kernel: []int{k}, Dilation: j.Dilation, Padding: samePadding(k, j.Dilation)}
		if j.Dilation[0] == 1 && j.Dilation[1] == 1 {
			spec.Variant = "standard"
		}
		plain, err := convolve(ctx, spec, x, q.weights(k))
		if err != nil {
			return nil, err
		}
		for i, v := range plain.Data {
			j.Difference = max(j.Difference, math.Abs(float64(v-moved.Data[i])))
		}
	}
	return j, nil
}

func (q tapsRequest) check(x *tensor.Tensor[float32], k int) error {
	switch {
	case len(x.Shape) != 4 || x.Shape[0] != 1 || x.Shape[1] != 1 || x.Len() > maxPixels:
		return layer.Errorf("the input is 1x1xHxW of up to %d pixels, not %s", maxPixels, layer.FormatShape(x.Shape))
	case k*k != len(q.Weight) || k%2 == 0 || k > maxSide || len(q.Offsets) != 2*k*k:
		return layer.Errorf("%d weights and %d offsets: a square kernel of odd size up to %d has two offsets a tap", len(q.Weight), len(q.Offsets), maxSide)
	case q.At[0] < 0 || q.At[1] < 0 || q.At[0] >= x.Shape[2] || q.At[1] >= x.Shape[3]:
		return layer.Errorf("there is no output at %d, %d", q.At[0], q.At[1])
	}
	for _, v := range q.Offsets {
		if !(v >= -maxOffset && v <= maxOffset) {
			return layer.Errorf("a tap is moved by up to %d pixels, not %g", maxOffset, v)
		}
	}
	return nil
}

func (q tapsRequest) weights(k int) map[string]*tensor.Tensor[float32] {
	return map[string]*tensor.Tensor[float32]{"weight": tensor.Of(q.Weight, 1, 1, k, k)}
}

// moved computes the deformable convolution: each offset fills a plane.
func (q tapsRequest) moved(ctx context.Context, x *tensor.Tensor[float32], k int) (*tensor.Tensor[float32], error) {
	height, width := x.Shape[2], x.Shape[3]
	offset := tensor.New[float32](1, 2*k*k, height, width)
	for p, v := range q.Offsets {
		plane := offset.Data[p*height*width:][:height*width]
		for i := range plane {
			plane[i] = v
		}
	}
	operands := q.weights(k)
	operands["offset"] = offset
	return convolve(ctx, layer.Spec{Variant: "deformable", Kernel: []int{k}, Padding: samePadding(k, []int{1, 1})}, x, operands)
}

// convolve runs a layer of one output channel, without a bias.
func convolve(ctx context.Context, s layer.Spec, x *tensor.Tensor[float32], operands map[string]*tensor.Tensor[float32]) (*tensor.Tensor[float32], error) {
	s.Input, s.OutChannels, s.NoBias = x.Shape, 1, true
	l, err := layer.Build(ops.GivenOperands(s, operands))
	if err != nil {
		return nil, err
	}
	r, err := shape.Of(l)
	if err != nil {
		return nil, err
	}
	p, err := ops.PrepareLayer(r, operands, ops.Options{})
	if err != nil {
		return nil, err
	}
	out := tensor.New[float32](p.Output...)
	return out, p.Run(ctx, out, x)
}

// samePadding keeps the size of the input.
func samePadding(k int, dilation []int) (p layer.Padding) {
	for _, d := range dilation {
		p.Pairs = append(p.Pairs, layer.Pad{Begin: d * (k / 2), End: d * (k / 2)})
	}
	return p
}

// dilation is that at which a plain convolution has its taps where the offsets move them; nil if there is none.
func (q tapsRequest) dilation(k int) []int {
	if k == 1 {
		return nil
	}
	last := len(q.Offsets) - 2 // the bottom right tap
	d := []int{1 + int(q.Offsets[last])/(k/2), 1 + int(q.Offsets[last+1])/(k/2)}
	for t := range k * k {
		dy, dx := (d[0]-1)*(t/k-k/2), (d[1]-1)*(t%k-k/2)
		if q.Offsets[2*t] != float32(dy) || q.Offsets[2*t+1] != float32(dx) {
			return nil
		}
	}
	if d[0] < 1 || d[1] < 1 {
		return nil
	}
	return d
}

// sampled is a bilinear sample of a plane with its four pixels; those outside are zeros.
func sampled(x *tensor.Tensor[float32], row, col float64) tapJSON {
	tap := tapJSON{Row: row, Col: col}
	top, left := math.Floor(row), math.Floor(col)
	for i := range 4 {
		r, c := top+float64(i/2), left+float64(i%2)
		p := pixelJSON{Row: int(r), Col: int(c), Share: (1 - math.Abs(row-r)) * (1 - math.Abs(col-c))}
		if r >= 0 && c >= 0 && int(r) < x.Shape[2] && int(c) < x.Shape[3] {
			p.Value = float64(x.Data[int(r)*x.Shape[3]+int(c)])
		}
		tap.Value += p.Share * p.Value
		tap.Pixels = append(tap.Pixels, p)
	}
	return tap
}
