package cli

import (
	"context"

	"golang.org/x/sync/errgroup"

	"convx/internal/picture"
	"convx/internal/tensor"
)

// surveyBands decodes the picture and measures what the filter makes of it, for a mapping that depends on it.
func surveyBands[T tensor.Float](ctx context.Context, j *job, filters []*bandFilter[T]) (*picture.Picture, picture.Survey, error) {
	whole := picture.New(j.source.pixels.Header())
	height := j.shape.Output[2]
	surveys := make([]picture.Survey, (height+streamBand-1)/streamBand)
	ready := make(chan int, len(surveys))
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error {
		defer close(ready)
		return decodeBands(ctx, j, whole, filters[0].needs, ready)
	})
	for _, f := range filters {
		g.Go(func() error {
			for i := range ready {
				first, last := i*streamBand, min((i+1)*streamBand, height)
				if err := f.run(ctx, first, picture.Window{Rows: whole.Height, Pix: whole.Pix}); err != nil {
					return err
				}
				surveys[i] = f.survey(last - first)
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
func decodeBands(ctx context.Context, j *job, whole *picture.Picture, needs func(first, last int) (int, int), ready chan<- int) error {
	height, next := j.shape.Output[2], 0
	for i := range cap(ready) {
		_, to := needs(i*streamBand, min((i+1)*streamBand, height))
		if i == cap(ready)-1 {
			to = whole.Height
		}
		for to = min(to, whole.Height); next < to; {
			if err := ctx.Err(); err != nil {
				return err
			}
			n, err := j.source.pixels.ReadRows(whole.Pix[next*whole.RowBytes() : to*whole.RowBytes()])
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
func (b *bandFilter[T]) survey(rows int) (s picture.Survey) {
	w := b.out.Shape[3]
	for c := range b.out.Shape[1] {
		s.Join(picture.SurveyOf(b.out.Data[c*streamBand*w:][:rows*w]))
	}
	return s
}
