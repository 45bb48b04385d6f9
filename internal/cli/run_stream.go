package cli

import (
	"bufio"
	"context"
	"io"
	"math"
	"time"

	"convx/internal/layer"
	"convx/internal/ops"
	"convx/internal/picture"
	"convx/internal/tensor"
)

// streamBand is how many rows of the output are computed at a time: enough to spread the cost of the rows around them, few
// enough that a band of a wide picture stays in the second-level cache.
const streamBand = 32

// streamable reports whether a run is an image filter from file to file, which needs no more of the picture in memory
// than a few rows. The result is the same either way.
func (j *job) streamable() bool {
	if j.kind != pngOutput || j.source.pixels == nil || j.stats || len(j.layer.Stages) != 1 || j.picture.channels != nil || j.picture.magnify > 1 {
		return false
	}
	c, ok := j.layer.Stages[0].Op.(layer.Conv)
	if !ok || c.Bias || c.OutChannels != j.layer.Channels() || c.OutChannels != 1 && c.OutChannels != 3 || c.PadMode == layer.PadCircular {
		return false
	}
	_, filtered := j.made["weight"]
	return filtered && j.shape.Output[2] >= 2*streamBand && j.filterMass().finite()
}

// mass is the sum of a filter's weights, and of their magnitudes: what bounds its output on samples in [0, 1].
type mass struct{ sum, size float64 }

// finite: no output of samples in [0, 1] can overflow.
func (m mass) finite() bool { return m.size < 1e30 }

// inside: every output of samples in [0, 1] is in [0, 1].
func (m mass) inside() bool { return m.sum == m.size && m.sum <= 1+1e-9 }

func (j *job) filterMass() (m mass) {
	j.made["weight"].fill(func(_ int, w float64) {
		m.sum += w / float64(j.layer.Channels())
		m.size += math.Abs(w) / float64(j.layer.Channels())
	}, j.weightShape())
	return m
}

// weightShape is the shape of the weight of a layer of one stage.
func (j *job) weightShape() []int {
	return j.layer.Stages[0].Operands([][]int{j.shape.Input})[0].Shape
}

// bandFilter computes bands of the output from rows of the picture. Each thread has one.
type bandFilter[T tensor.Float] struct {
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

// newBandFilter prepares the layer for a band: the rows above and below are put in place by hand, the columns as in the
// layer. Every channel has its own kernel, so it is depthwise whatever variant was asked for.
func newBandFilter[T tensor.Float](j *job) (*bandFilter[T], error) {
	c := j.layer.Stages[0].Op.(layer.Conv)
	channels, w := j.layer.Channels(), j.shape.Input[3]
	pads := j.shape.Stages[0].Pads
	c.Groups, c.OutChannels = channels, channels
	c.Padding = layer.Padding{Pairs: []layer.Pad{{}, pads[1]}}
	rows := (streamBand-1)*c.Stride[0] + c.Dilation[0]*(c.Kernel[0]-1) + 1
	weight := tensor.New[T](channels, 1, c.Kernel[0], c.Kernel[1])
	full, taps := j.weightShape(), c.Kernel[0]*c.Kernel[1]
	j.made["weight"].fill(func(i int, v float64) { weight.Data[i/(full[1]*taps)*taps+i%taps] = T(v) }, full)
	stage := layer.Stage{Name: "conv", Op: c, Inputs: []string{layer.Input}}
	o := j.options()
	o.Threads = 1
	plan, err := ops.Prepare(stage, [][]int{{1, channels, rows, w}}, map[string]*tensor.Tensor[T]{"weight": weight}, o)
	if err != nil {
		return nil, err
	}
	return &bandFilter[T]{
		plan: plan, unpack: picture.NewUnpacker[T](j.source.pixels.Header(), j.source.color),
		height: j.shape.Input[2], row: j.source.pixels.Header().RowBytes(),
		pad: pads[0].Begin, stride: c.Stride[0], mode: c.PadMode,
		in: tensor.New[T](1, channels, rows, w), out: tensor.New[T](plan.Output...),
	}, nil
}

// needs gives the rows of the picture that the output rows first..last-1 are computed from, with those that padding
// reflects or repeats.
func (b *bandFilter[T]) needs(first, last int) (from, to int) {
	from = first*b.stride - b.pad
	to = from + (last-1-first)*b.stride + b.in.Shape[2] - (streamBand-1)*b.stride
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
func (b *bandFilter[T]) source(y int) int {
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
func (b *bandFilter[T]) run(ctx context.Context, first int, in picture.Window) error {
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

// stream filters the picture in bands: decoding, filtering and encoding at the same time.
func stream[T tensor.Float](ctx context.Context, j *job, w io.Writer, p *progress) (r result[T], shown string, err error) {
	filters := make([]*bandFilter[T], threadsOf(j.options()))
	for i := range filters {
		if filters[i], err = newBandFilter[T](j); err != nil {
			return r, "", err
		}
	}
	o, err := j.picture.mapOptions(j.source.depth())
	if err != nil {
		return r, "", err
	}
	if o.Mapping == picture.AutoMapping && j.filterMass().inside() {
		o.Mapping = picture.Clip
	}
	p.stage(j.layer.Variant)
	pixels := j.source.pixels
	var survey *picture.Survey
	if o.Mapping != picture.Clip {
		whole, s, err := surveyBands(ctx, j, filters)
		if err != nil {
			return r, "", j.bandError(ctx, nil, err)
		}
		survey, pixels = &s, picture.NewPictureReader(whole)
	}
	out := j.shape.Output
	mapper, head, err := picture.NewRowMapper[T](survey, out[1], out[2], out[3], o)
	if err != nil {
		return r, "", err
	}
	kept := &keepError{w: w}
	buffered := bufio.NewWriterSize(kept, 1<<20)
	png, err := picture.NewWriter(buffered, head, picture.WriteOptions{Threads: j.threads})
	if err != nil {
		return r, "", err
	}
	err = picture.Stream(ctx, pixels, png, picture.StreamOptions{Needs: filters[0].needs, BandRows: streamBand, Threads: len(filters)},
		func(thread, first, last int, in picture.Window, dst []byte) error {
			f := filters[thread]
			if err := f.run(ctx, first, in); err != nil {
				return err
			}
			// One call a row keeps the planes' rows together with the picture's.
			for y := range last - first {
				mapper.Map(dst[y*head.RowBytes():], f.out.Data[y*out[3]:], streamBand*out[3], out[3])
			}
			return nil
		})
	if err != nil {
		return r, "", j.bandError(ctx, kept, err)
	}
	if err := png.Close(); err != nil {
		return r, "", err
	}
	r.steps, r.streamed = []ops.Step{{Stages: []string{"conv"}, Info: filters[0].plan.Info}}, true
	for _, f := range filters {
		r.elapsed += f.busy / time.Duration(len(filters))
	}
	if survey != nil { // each band was computed twice
		r.elapsed /= 2
	}
	return r, mapper.Mapped().String(), buffered.Flush()
}

// keepError remembers the error of a writer, to tell it from those of the reader at the other end.
type keepError struct {
	w   io.Writer
	err error
}

func (k *keepError) Write(p []byte) (int, error) {
	n, err := k.w.Write(p)
	if err != nil {
		k.err = err
	}
	return n, err
}

// bandError names the file that an error comes from: the output's names itself, and the rest come from reading.
func (j *job) bandError(ctx context.Context, written *keepError, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if written != nil && written.err != nil {
		return written.err
	}
	return j.source.failed(err)
}
