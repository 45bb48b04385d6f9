package bands

import (
	"context"
	"time"

	"convx/internal/layer"
	"convx/internal/ops"
	"convx/internal/picture"
	"convx/internal/tensor"
)

// worker computes bands of the output from rows of the picture. Each thread has one.
type worker[T tensor.Float] struct {
	plan   *ops.Plan[T]
	unpack *picture.Unpacker[T]
	height int // of the picture
	row    int // bytes of one of its rows
	pad    int // rows above
	stride int
	mode   layer.PadMode
	in     *tensor.Tensor[T] // 1 x C x rows of a band x W
	out    *tensor.Tensor[T]
	busy   time.Duration // of the plan
}

// newWorker prepares the layer for a band: the rows above and below are put in place by hand, the columns as in the
// layer. Every channel has its own kernel, so it is depthwise whatever variant was asked for.
func newWorker[T tensor.Float](j Job) (*worker[T], error) {
	c := j.Set.Layer.Stages[0].Op.(layer.Conv)
	channels, w := j.Set.Layer.Channels(), j.Set.Input[3]
	pads, pixels := j.Set.Stages[0].Pads, j.Source.Pixels
	c.Groups, c.OutChannels = channels, channels
	c.Padding = layer.Padding{Pairs: []layer.Pad{{}, pads[1]}}
	rows := (bandRows-1)*c.Stride[0] + c.Dilation[0]*(c.Kernel[0]-1) + 1
	weight := tensor.New[T](channels, 1, c.Kernel[0], c.Kernel[1])
	taps := j.Set.Filters[0].Weights
	for i := range weight.Data {
		weight.Data[i] = T(taps[i%len(taps)])
	}
	stage := layer.Stage{Name: "conv", Op: c, Inputs: []string{layer.Input}}
	o := j.Options
	o.Threads = 1
	plan, err := ops.Prepare(stage, [][]int{{1, channels, rows, w}}, map[string]*tensor.Tensor[T]{"weight": weight}, o)
	if err != nil {
		return nil, err
	}
	return &worker[T]{
		plan: plan, unpack: picture.NewUnpacker[T](pixels.Header(), j.Source.Color),
		height: j.Set.Input[2], row: pixels.Header().RowBytes(),
		pad: pads[0].Begin, stride: c.Stride[0], mode: c.PadMode,
		in: tensor.New[T](1, channels, rows, w), out: tensor.New[T](plan.Output...),
	}, nil
}

// needs gives the rows of the picture that the output rows first..last-1 are computed from, with those that padding
// reflects or repeats.
func (b *worker[T]) needs(first, last int) (from, to int) {
	from = first*b.stride - b.pad
	to = from + (last-1-first)*b.stride + b.in.Shape[2] - (bandRows-1)*b.stride
	if b.mode == layer.PadZeros || b.mode == "" {
		return from, to
	}
	// Rows outside of the picture stand for ones at most as far inside.
	if to > b.height {
		from = min(from, 2*b.height-1-to)
	}
	if from < 0 {
		to = max(to, -from+1)
	}
	return from, to
}

// source is the picture row that padding puts at row y, or -1 for zeros.
func (b *worker[T]) source(y int) int {
	switch {
	case y >= 0 && y < b.height:
		return y
	case b.mode == layer.PadReplicate:
		return min(max(y, 0), b.height-1)
	case b.mode == layer.PadReflect && y < 0:
		return -y
	case b.mode == layer.PadReflect:
		return 2*(b.height-1) - y
	}
	return -1
}

// run computes output rows from first on, a whole band: rows past the last are of no account.
func (b *worker[T]) run(ctx context.Context, first int, in picture.Window) error {
	channels, rows, w := b.in.Shape[1], b.in.Shape[2], b.in.Shape[3]
	for i := range rows {
		y := b.source(first*b.stride - b.pad + i)
		if y >= in.From && y < in.From+in.Rows {
			b.unpack.Unpack(b.in.Data[i*w:], rows*w, in.Pix[(y-in.From)*b.row:], w)
			continue
		}
		for c := range channels {
			clear(b.in.Data[(c*rows+i)*w:][:w])
		}
	}
	start := time.Now()
	err := b.plan.Run(ctx, b.out, b.in)
	b.busy += time.Since(start)
	return err
}
