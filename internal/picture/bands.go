package picture

import (
	"io"
	"sync/atomic"

	"convx/internal/lang"
	"convx/internal/tensor"
)

// Survey is what the choice of a mapping needs to know of values: that of a whole is the join of those of its parts.
type Survey struct{ s survey }

// SurveyOf measures values.
func SurveyOf[T tensor.Float](values []T) Survey { return Survey{surveyValues(values)} }

// Join adds the survey of other values.
func (s *Survey) Join(o Survey) {
	if s.s.values == 0 {
		*s = o
		return
	}
	s.s.join(o.s)
}

// RowMapper maps a result that is never in memory as a whole, row by row, to the picture that Map would make of it: one
// colour picture, or one map.
type RowMapper[T tensor.Float] struct {
	r      *renderer[T]
	mapped Mapped
	// clipped counts values beyond the ends as they pass, where no survey has.
	clipped *atomic.Int64
}

// NewRowMapper settles the mapping of C x H x W values, C being 1 or 3, from their survey. Without one (nil) the
// mapping must be Clip, which needs none. Of o, only Mapping, Colormap, Depth and Noise count. There must be no non-finite values.
func NewRowMapper[T tensor.Float](s *Survey, channels, height, width int, o MapOptions) (*RowMapper[T], Header, error) {
	if s == nil && o.Mapping != Clip || s != nil && s.s.nan+s.s.inf > 0 {
		return nil, Header{}, lang.Errorf("picture: the values of mapping %s are not known", o.Mapping)
	}
	m := Mapped{Mapping: Clip, High: 1, Values: channels * height * width, Colour: channels == 3, Shown: 1, Of: 1, Rows: 1, Cols: 1, Magnified: 1}
	if s != nil {
		seen := s.s
		m.quiet(&seen, o.Noise)
		m.Mapping, m.Low, m.High = seen.choose(o.Mapping)
		if m.Mapping == Clip {
			m.Clipped = seen.over
		}
	}
	m.settleColors(o.Colormap)
	h := Header{Width: width, Height: height, Channels: m.channels(), Depth: max(o.Depth, 8)}
	rows := &RowMapper[T]{r: newRenderer[T](m, h), mapped: m}
	if s == nil || m.Mapping.kind == ranged {
		rows.clipped = new(atomic.Int64)
	}
	return rows, h, h.check()
}

// Mapped says what was done, once all rows have passed.
func (m *RowMapper[T]) Mapped() Mapped {
	if m.clipped != nil {
		m.mapped.Clipped = int(m.clipped.Load())
	}
	return m.mapped
}

// count counts the values beyond the ends.
func (m *RowMapper[T]) count(src []T, stride, n int) {
	low, high, over := T(m.mapped.Low), T(m.mapped.High), 0
	for c := range map[bool]int{true: 3, false: 1}[m.mapped.Colour] {
		for _, v := range src[c*stride:][:n] {
			if v < low || v > high {
				over++
			}
		}
	}
	m.clipped.Add(int64(over))
}

// Map renders n pixels, channel c of pixel i from src[c*stride+i]. It may be called from several goroutines.
func (m *RowMapper[T]) Map(dst []byte, src []T, stride, n int) {
	if m.clipped != nil {
		m.count(src, stride, n)
	}
	if m.mapped.Colour {
		m.r.colour(dst[:n*m.r.h.PixelBytes()], src, stride)
		return
	}
	m.r.scalar(dst, src[:n])
}

// NewPictureReader reads the rows of a picture that is in memory.
func NewPictureReader(p *Picture) *Reader {
	return &Reader{
		info: Info{Width: p.Width, Height: p.Height, Depth: p.Depth},
		head: p.Header,
		rows: &pictureRows{p: p},
	}
}

type pictureRows struct {
	p *Picture
	y int
}

func (r *pictureRows) readRow(dst []byte) error {
	if r.y >= r.p.Height {
		return io.EOF
	}
	copy(dst, r.p.Row(r.y))
	r.y++
	return nil
}

func (r *pictureRows) finish() error { return nil }
