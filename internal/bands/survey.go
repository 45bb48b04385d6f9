package bands

import (
	"context"

	"golang.org/x/sync/errgroup"

	"convx/internal/picture"
	"convx/internal/tensor"
)

// survey decodes the picture and measures what the filter makes of it, for a mapping that depends on it.
func survey[T tensor.Float](ctx context.Context, j Job, workers []*worker[T]) (*picture.Picture, picture.Survey, error) {
	whole := picture.New(j.Source.Pixels.Header())
	height := j.Set.Output[2]
	surveys := make([]picture.Survey, (height+bandRows-1)/bandRows)
	ready := make(chan int, len(surveys))
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		defer close(ready)
		return decodeBands(ctx, j, whole, workers[0].needs, ready)
	})
	for _, b := range workers {
		g.Go(func() error {
			for i := range ready {
				first, last := i*bandRows, min((i+1)*bandRows, height)
				if err := b.run(ctx, first, picture.Window{Rows: whole.Height, Pix: whole.Pix}); err != nil {
					return err
				}
				surveys[i] = b.survey(last - first)
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, picture.Survey{}, err
	}
	var s picture.Survey
	for _, part := range surveys {
		s.Join(part)
	}
	return whole, s, nil
}

// decodeBands reads the picture's rows and names each band of the output when all rows that it needs are there.
func decodeBands(ctx context.Context, j Job, whole *picture.Picture, needs func(first, last int) (int, int), ready chan<- int) error {
	height, next := j.Set.Output[2], 0
	for i := range cap(ready) {
		_, to := needs(i*bandRows, min((i+1)*bandRows, height))
		if i == cap(ready)-1 {
			to = whole.Height
		}
		for to = min(to, whole.Height); next < to; {
			if err := ctx.Err(); err != nil {
				return err
			}
			n, err := j.Source.Pixels.ReadRows(whole.Pix[next*whole.RowBytes() : to*whole.RowBytes()])
			if err != nil {
				return err
			}
			next += n
		}
		ready <- i
	}
	return nil
}

// survey measures the first rows of the band.
func (b *worker[T]) survey(rows int) (s picture.Survey) {
	w := b.out.Shape[3]
	for c := range b.out.Shape[1] {
		s.Join(picture.SurveyOf(b.out.Data[c*bandRows*w:][:rows*w]))
	}
	return s
}
