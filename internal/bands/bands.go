// Package bands filters pictures from file to file in bands of rows: decoding, filtering and encoding at the same time, with
// no more of the picture in memory than a few rows where its mapping to brightness is known beforehand. The result is the
// picture filtered as a whole.
package bands

import (
	"bufio"
	"context"
	"io"
	"math"
	"time"

	"convx/internal/layer"
	"convx/internal/operands"
	"convx/internal/ops"
	"convx/internal/picture"
	"convx/internal/tensor"
)

// bandRows is how many rows of the output are computed at a time: enough to spread the cost of the rows around them, few
// enough that a band of a wide picture stays in the second-level cache.
const bandRows = 32

// Job is a filter, the picture that it is run on, and how its output is shown.
type Job struct {
	Set     *operands.Settled
	Source  *operands.Source
	Options ops.Options // as many bands as Threads are computed at a time
	Map     picture.MapOptions
}

// Result says what a job did.
type Result struct {
	Mapped  picture.Mapped
	Step    ops.Step
	Elapsed time.Duration // of the layer alone
}

// Fits reports whether a job can be done in bands: one image filter on each channel of a picture, shown as the picture of
// its channels, of at least two bands.
func (j Job) Fits() bool {
	l := j.Set.Layer
	if j.Source.Pixels == nil || len(j.Set.Filters) != 1 || len(l.Stages) != 1 || j.Map.Channels != nil || j.Map.Scale > 1 {
		return false
	}
	c, ok := l.Stages[0].Op.(layer.Conv)
	if !ok || c.Bias || c.OutChannels != l.Channels() || c.OutChannels != 1 && c.OutChannels != 3 || c.PadMode == layer.PadCircular {
		return false
	}
	return j.Set.Output[2] >= 2*bandRows && j.mass().finite()
}

// mass is the sum of a filter's weights, and of their magnitudes: what bounds its output on samples in [0, 1].
type mass struct{ sum, size float64 }

// finite: no output of samples in [0, 1] can overflow.
func (m mass) finite() bool { return m.size < 1e30 }

// inside: every output of samples in [0, 1] is in [0, 1].
func (m mass) inside() bool { return m.sum == m.size && m.sum <= 1+1e-9 }

func (j Job) mass() (m mass) {
	for _, w := range j.Set.Filters[0].Weights {
		m.sum += w
		m.size += math.Abs(w)
	}
	return m
}

// Run filters the picture into a PNG. Errors of the picture name it; those of w are its own.
func Run[T tensor.Float](ctx context.Context, j Job, w io.Writer) (Result, error) {
	workers, err := newWorkers[T](j)
	if err != nil {
		return Result{}, err
	}
	if j.Map.Mapping == picture.AutoMapping && j.mass().inside() {
		j.Map.Mapping = picture.Clip
	}
	j.Map.Noise = operands.Noise[T](len(j.Set.Filters[0].Weights), j.mass().size, 1, []ops.Step{{Info: workers[0].plan.Info}})
	pixels := j.Source.Pixels
	var seen *picture.Survey
	if j.Map.Mapping != picture.Clip {
		whole, s, err := survey(ctx, j, workers)
		if err != nil {
			return Result{}, j.blame(ctx, nil, err)
		}
		seen, pixels = &s, picture.NewPictureReader(whole)
	}
	mapped, err := encode(ctx, j, workers, pixels, seen, w)
	if err != nil {
		return Result{}, err
	}
	r := Result{Mapped: mapped, Step: ops.Step{Stages: []string{"conv"}, Info: workers[0].plan.Info}}
	for _, b := range workers {
		r.Elapsed += b.busy / time.Duration(len(workers))
	}
	if seen != nil { // each band was computed twice
		r.Elapsed /= 2
	}
	return r, nil
}

func newWorkers[T tensor.Float](j Job) (workers []*worker[T], err error) {
	workers = make([]*worker[T], j.Options.Threads)
	for i := range workers {
		if workers[i], err = newWorker[T](j); err != nil {
			return nil, err
		}
	}
	return workers, nil
}

// encode filters rows as they are read and writes them as they are done. seen is what the whole output holds, nil where
// the mapping does not depend on it.
func encode[T tensor.Float](ctx context.Context, j Job, workers []*worker[T], pixels *picture.Reader, seen *picture.Survey, w io.Writer) (picture.Mapped, error) {
	out := j.Set.Output
	mapper, head, err := picture.NewRowMapper[T](seen, out[1], out[2], out[3], j.Map)
	if err != nil {
		return picture.Mapped{}, err
	}
	kept := &keepError{w: w}
	buffered := bufio.NewWriterSize(kept, 1<<20)
	png, err := picture.NewWriter(buffered, head, picture.WriteOptions{Threads: j.Options.Threads})
	if err != nil {
		return picture.Mapped{}, err
	}
	err = picture.Stream(ctx, pixels, png, picture.StreamOptions{Needs: workers[0].needs, BandRows: bandRows, Threads: len(workers)},
		func(thread, first, last int, in picture.Window, dst []byte) error {
			b := workers[thread]
			if err := b.run(ctx, first, in); err != nil {
				return err
			}
			// One call a row keeps the planes' rows together with the picture's.
			for y := range last - first {
				mapper.Map(dst[y*head.RowBytes():], b.out.Data[y*out[3]:], bandRows*out[3], out[3])
			}
			return nil
		})
	if err != nil {
		return picture.Mapped{}, j.blame(ctx, kept, err)
	}
	if err := png.Close(); err != nil {
		return picture.Mapped{}, err
	}
	return mapper.Mapped(), buffered.Flush()
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

// blame names the file that an error comes from: the output's names itself, and the rest come from reading.
func (j Job) blame(ctx context.Context, written *keepError, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	if written != nil && written.err != nil {
		return written.err
	}
	return j.Source.Failed(err)
}
