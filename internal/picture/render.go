package picture

import (
	"encoding/binary"
	"fmt"
	"math"

	"convx/internal/lang"
	"convx/internal/tensor"
)

// MapOptions choose how a tensor is shown; the zero value is the default.
type MapOptions struct {
	Mapping  Mapping
	Colormap Colormap
	Channels []int // the channels to show, counted from 0; nil: all
	// Rows and Cols fix the grid; when it is too small the first maps are shown. 0: as near to a square as fits.
	Rows, Cols int
	Depth      int // 8 or 16 bits a sample; 0: 8
	// Scale magnifies each value to so many pixels a side. 0: 1, but in a grid enough to see maps of a few values.
	Scale     int
	MaxPixels int64 // of the picture; 0: DefaultMaxPixels
	// Noise is what rounding leaves of zeros: where no value is larger, all are shown as zero.
	Noise float64
	// Beside is how many other pictures stand beside this one: its labels are to be read there, too.
	Beside int
	Dark   bool // what maps lie on, and the letters there, are those of a dark room; maps keep their colours
}

// Map shows an N x C x H x W tensor. With three channels, none selected, each of the N becomes a colour picture; otherwise
// every channel of every N becomes a map of one number a pixel. One picture or map is given as it is, several are laid out
// in a labelled grid. All share one scale, so that they can be compared. Non-finite values are shown in the Invalid colour.
// It is an error when t is not of four axes, is empty, has no such channel, or the picture would be over MaxPixels.
func Map[T tensor.Float](t *tensor.Tensor[T], o MapOptions) (*Picture, Mapped, error) {
	cells, err := selectCells(t.Shape, o)
	if err != nil {
		return nil, Mapped{}, err
	}
	m := Mapped{Of: len(cells), Colour: cells[0].planes == 3}
	s := surveyCells(t, cells)
	m.Values, m.NaN, m.Inf = s.values, s.nan, s.inf
	m.quiet(&s, o.Noise)
	m.Mapping, m.Low, m.High = s.choose(o.Mapping)
	if m.Mapping == Clip {
		m.Clipped = s.over
	} else if m.Mapping.kind == ranged {
		m.Clipped = outside(t, cells, m.Low, m.High)
	}
	m.settleColors(o.Colormap)
	head := Header{Channels: m.channels(), Depth: max(o.Depth, 8)}
	l, err := newLayout(&m, t.Shape[2], t.Shape[3], o)
	if err != nil {
		return nil, Mapped{}, err
	}
	head.Width, head.Height = l.width, l.height
	p := New(head)
	if m.Shown > 1 {
		l.label(p, cells[:m.Shown], o.Dark)
	}
	if m.Mapping == EachMapping {
		renderEach(p, t, cells[:m.Shown], l, m, head)
		return p, m, nil
	}
	renderCells(p, t, cells[:m.Shown], l, 0, newRenderer[T](m, head))
	return p, m, nil
}

// renderEach renders every cell in a scale of its own.
func renderEach[T tensor.Float](p *Picture, t *tensor.Tensor[T], cells []cell, l layout, m Mapped, head Header) {
	for i := range cells {
		s := surveyCells(t, cells[i:i+1])
		_, m.Low, m.High = s.choose(EachMapping)
		renderCells(p, t, cells[i:i+1], l, i, newRenderer[T](m, head))
	}
}

// outside counts finite values beyond a range.
func outside[T tensor.Float](t *tensor.Tensor[T], cells []cell, low, high float64) (n int) {
	size := t.Shape[2] * t.Shape[3]
	for _, c := range cells {
		for _, v := range t.Data[c.first*size : (c.first+c.planes)*size] {
			if f := float64(v); f-f == 0 && (f < low || f > high) {
				n++
			}
		}
	}
	return n
}

// settleColors chooses the colour map where that was left open.
func (m *Mapped) settleColors(asked Colormap) {
	if m.Colormap = asked; asked != AutoColor {
		return
	}
	m.Colormap = Grayscale
	if m.Mapping.kind == symmetric {
		m.Colormap = Diverging
	}
}

// channels is how many the picture has.
func (m Mapped) channels() int {
	if !m.Colour && m.Colormap == Grayscale && m.NaN+m.Inf == 0 {
		return 1
	}
	return 3
}

// renderCells renders the cells' rows into their places, which begin with that of number first.
func renderCells[T tensor.Float](p *Picture, t *tensor.Tensor[T], cells []cell, l layout, first int, r *renderer[T]) {
	h, w := t.Shape[2], t.Shape[3]
	parallel(len(cells)*h, func(from, to int) {
		line := make([]byte, w*p.PixelBytes())
		for i := from; i < to; i++ {
			c, y := cells[i/h], i%h
			start := (c.first*h + y) * w
			if c.planes == 3 {
				r.colour(line, t.Data[start:], h*w)
			} else {
				r.scalar(line, t.Data[start:][:w])
			}
			l.place(p, first+i/h, y, line)
		}
	})
}

// cell is one picture or map: the planes of the tensor that it shows.
type cell struct {
	first, planes int
	label         string
}

// GridNote says why the grid that was asked for is not what the picture of an N x C x H x W tensor shows, behind a semicolon; or "".
func (o MapOptions) GridNote(shape []int) string {
	if o.Rows == 0 {
		return ""
	}
	maps := shape[0] * shape[1]
	switch {
	case shape[1] == 3 && o.Channels == nil:
		if o.Rows*o.Cols > shape[0] {
			return lang.Sprintf("; no %dx%d grid, for 3 channels are shown in colour: --channel 0,1,2 shows their maps", o.Rows, o.Cols)
		}
		return ""
	case o.Channels != nil:
		maps = shape[0] * len(o.Channels)
	}
	if o.Cols > maps || o.Rows > (maps+o.Cols-1)/o.Cols {
		return lang.Sprintf("; %d do not fill %dx%d", maps, o.Rows, o.Cols)
	}
	return ""
}

// selectCells lists what is to be shown.
func selectCells(shape []int, o MapOptions) ([]cell, error) {
	if len(shape) != 4 {
		return nil, lang.Errorf("a tensor of shape %s is not N x C x H x W: it cannot be a picture", tensor.Format(shape))
	}
	if n, err := tensor.Size(shape); err != nil || n == 0 {
		return nil, lang.Errorf("a tensor of shape %s has nothing to show", tensor.Format(shape))
	}
	if o.Depth != 0 && o.Depth != 8 && o.Depth != 16 {
		return nil, lang.Errorf("a sample has 8 or 16 bits, not %d", o.Depth)
	}
	if o.Rows < 0 || o.Cols < 0 || o.Scale < 0 {
		return nil, lang.New("a grid or a scale cannot be negative")
	}
	batch, all := shape[0], shape[1]
	channels := o.Channels
	if channels == nil {
		for c := range all {
			channels = append(channels, c)
		}
	}
	var cells []cell
	for n := range batch {
		if all == 3 && o.Channels == nil {
			cells = append(cells, cell{3 * n, 3, fmt.Sprintf("n%d", n)})
			continue
		}
		for _, c := range channels {
			if c < 0 || c >= all {
				return nil, lang.Errorf("there is no channel %d: the result has %d, counted from 0", c, all)
			}
			label := fmt.Sprintf("c%d", c)
			if batch > 1 {
				label = fmt.Sprintf("n%d c%d", n, c)
			}
			cells = append(cells, cell{n*all + c, 1, label})
		}
	}
	if len(cells) == 0 {
		return nil, lang.New("no channel is selected")
	}
	return cells, nil
}

// surveyCells surveys all the values that are shown, plane by plane, so that the sums do not depend on the threads.
func surveyCells[T tensor.Float](t *tensor.Tensor[T], cells []cell) survey {
	size, each := t.Shape[2]*t.Shape[3], cells[0].planes
	parts := make([]survey, len(cells)*each)
	parallel(len(parts), func(from, to int) {
		for i := from; i < to; i++ {
			plane := cells[i/each].first + i%each
			parts[i] = surveyValues(t.Data[plane*size : (plane+1)*size])
		}
	})
	s := parts[0]
	for _, part := range parts[1:] {
		s.join(part)
	}
	return s
}

// renderer turns rows of values into samples: t = gain*v + bias is clipped to [0, 1] and then becomes a sample or a colour.
type renderer[T tensor.Float] struct {
	h          Header
	gain, bias float64
	full       float64 // the sample of 1
	colors     lookup  // nil: grey
}

func newRenderer[T tensor.Float](m Mapped, h Header) *renderer[T] {
	r := &renderer[T]{h: h, full: float64(int(1)<<h.Depth - 1)}
	// Halved, so that the width of a range near the largest float64 is still a number.
	r.gain = 0.5 / (m.High/2 - m.Low/2)
	if math.IsInf(r.gain, 0) { // one value, or as good as one
		r.gain = 0
	}
	r.bias = -m.Low * r.gain
	if m.Mapping.kind == symmetric {
		r.bias = 0.5
	}
	if !m.Colour && h.Channels == 3 {
		r.colors = m.Colormap.levels(h.Depth)
	}
	return r
}

// scalar renders a row of one number a pixel.
func (r *renderer[T]) scalar(dst []byte, values []T) {
	if r.colors == nil {
		r.plane(dst, values, 0, 1)
		return
	}
	size := r.h.PixelBytes()
	for i, v := range values {
		c := invalidAt(r.h.Depth)
		if v-v == 0 {
			c = r.colors.at(float64(float64(v)*r.gain) + r.bias)
		}
		r.put(dst[i*size:(i+1)*size], c)
	}
}

// colour renders a row of three planes, stride apart.
func (r *renderer[T]) colour(dst []byte, values []T, stride int) {
	size := r.h.PixelBytes()
	n := len(dst) / size
	finite := true
	for c := range 3 {
		finite = r.plane(dst, values[c*stride:][:n], c, 3) && finite
	}
	if finite {
		return
	}
	for i := range n {
		if v, w, x := values[i], values[i+stride], values[i+2*stride]; v-v != 0 || w-w != 0 || x-x != 0 {
			r.put(dst[i*size:(i+1)*size], invalidAt(r.h.Depth))
		}
	}
}

// plane writes the samples of one channel of a row, which lie step apart, and reports whether all its values are finite.
func (r *renderer[T]) plane(dst []byte, values []T, channel, step int) (finite bool) {
	gain, bias := r.gain*r.full, r.bias*r.full+0.5 // cutting off rounds
	finite = true
	if r.h.Depth == 16 {
		for i, v := range values {
			level := float64(float64(v)*gain) + bias
			if !(level >= 0 && level < 65536) {
				finite = finite && v-v == 0
				level = clipLevel(level, r.full)
			}
			binary.BigEndian.PutUint16(dst[2*(i*step+channel):], uint16(int32(level)))
		}
		return finite
	}
	at := channel
	for _, v := range values {
		level := float64(float64(v)*gain) + bias
		if !(level >= 0 && level < 256) { // clipped, or NaN
			finite = finite && v-v == 0
			level = clipLevel(level, r.full)
		}
		dst[at] = byte(int32(level))
		at += step
	}
	return finite
}

func clipLevel(level, full float64) float64 {
	if level > full {
		return full
	}
	return 0
}

func (r *renderer[T]) put(px []byte, c [3]uint16) { putSamples(px, c, r.h.Depth) }

// putSamples writes the samples of one pixel.
func putSamples(px []byte, c [3]uint16, depth int) {
	if depth == 8 {
		px[0], px[1], px[2] = byte(c[0]), byte(c[1]), byte(c[2])
		return
	}
	for k, v := range c {
		binary.BigEndian.PutUint16(px[2*k:], v)
	}
}

func invalidAt(depth int) [3]uint16 {
	full := uint16(1<<depth - 1)
	return [3]uint16{full * uint16(Invalid.R/255), full * uint16(Invalid.G/255), full * uint16(Invalid.B/255)}
}
