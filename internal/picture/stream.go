package picture

import (
	"context"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"convx/internal/lang"
)

// Window is a run of whole rows of the input.
type Window struct {
	From int    // the first row
	Rows int    // how many
	Pix  []byte // Rows of them, as the reader's Header says
}

// StreamOptions describe a filter that works on bands of rows.
type StreamOptions struct {
	// Needs gives the input rows from..to-1 that the output rows first..last-1 are computed from, which may reach outside
	// of the picture; neither end may move up as the output moves down. Nil: the same rows.
	Needs func(first, last int) (from, to int)
	// BandRows is how many output rows make a band; 0: about 256 KiB of them.
	BandRows int
	// Threads is how many bands are filtered at once; 0: GOMAXPROCS.
	Threads int
}

// Stream reads a picture, filters it and writes it, all at the same time and in the memory of a few bands. For each band of
// output rows first..last-1 it calls apply with the input rows that the band needs, cut off at the picture's borders (an
// empty Window when all lie outside), and with room for the output rows. apply is called from several goroutines; thread
// tells them apart and is less than the number of threads. Stream does not close w. It stops at the first error, or when
// ctx is done.
func Stream(ctx context.Context, rd *Reader, w *Writer, o StreamOptions, apply func(thread, first, last int, in Window, out []byte) error) error {
	s := newStream(rd, w, o)
	g, ctx := errgroup.WithContext(ctx)
	g.Go(func() error { return s.read(ctx) })
	for thread := range s.threads {
		g.Go(func() error { return s.filter(ctx, thread, apply) })
	}
	g.Go(func() error { return s.write(ctx) })
	return g.Wait()
}

// band is a run of output rows on its way: free, read, filtered, written, and free again.
type band struct {
	first, last int
	in          Window
	out         []byte
	done        chan struct{}
}

type stream struct {
	rd      *Reader
	w       *Writer
	needs   func(first, last int) (from, to int)
	rows    int // of a band
	threads int
	free    chan *band
	work    chan *band // to be filtered
	ordered chan *band // the same bands, to be written
}

func newStream(rd *Reader, w *Writer, o StreamOptions) *stream {
	s := &stream{rd: rd, w: w, needs: o.Needs, rows: o.BandRows, threads: o.Threads}
	if s.needs == nil {
		s.needs = func(first, last int) (int, int) { return first, last }
	}
	if s.rows <= 0 {
		s.rows = bandRows(w.h, bandBytes)
	}
	if s.threads <= 0 {
		s.threads = runtime.GOMAXPROCS(0)
	}
	bands := s.threads + 2 // one being read, one being written
	s.free, s.work, s.ordered = make(chan *band, bands), make(chan *band, bands), make(chan *band, bands)
	for range bands {
		s.free <- &band{out: make([]byte, s.rows*w.h.RowBytes())}
	}
	return s
}

// read cuts the picture into the bands' windows.
func (s *stream) read(ctx context.Context) error {
	defer close(s.work)
	defer close(s.ordered)
	next := 0         // the row that the reader gives next
	before := &band{} // the band before; it stays as it is until all others were used, which are older
	height := s.w.h.Height
	for first := 0; first < height; first += s.rows {
		b, err := receive(ctx, s.free)
		if err != nil {
			return err
		}
		b.first, b.last, b.done = first, min(first+s.rows, height), make(chan struct{})
		if next, err = s.window(b, before.in, next); err != nil {
			return err
		}
		before = b
		s.work <- b // never blocks: there is room for all bands
		s.ordered <- b
	}
	_, err := s.skip(next, s.rd.head.Height)
	return err
}

// window fills b.in from the window before, which ends at row next unless it is empty, and from the reader. It gives the new next.
func (s *stream) window(b *band, before Window, next int) (int, error) {
	h := s.rd.head
	from, to := s.needs(b.first, b.last)
	from, to = min(max(from, 0), h.Height), min(max(to, 0), h.Height)
	if from > to || from < min(next, to) && (from < before.From || min(next, to) > before.From+before.Rows) {
		return next, lang.Errorf("picture: rows %d to %d are needed after row %d", from, to, next)
	}
	n := h.RowBytes()
	b.in.From, b.in.Rows = from, to-from
	b.in.Pix = slices.Grow(b.in.Pix[:0], (to-from)*n)[:(to-from)*n]
	next, err := s.skip(next, from)
	if err != nil {
		return next, err
	}
	have := min(next, to) - from
	if have > 0 {
		copy(b.in.Pix[:have*n], before.Pix[(from-before.From)*n:])
	}
	for have < b.in.Rows {
		got, err := s.rd.ReadRows(b.in.Pix[have*n:])
		if err != nil {
			return next, err
		}
		have += got
		next += got
	}
	return next, nil
}

// skip reads the rows from next to row, which nobody needs, because the rows after them come no other way.
func (s *stream) skip(next, row int) (int, error) {
	if next >= row {
		return next, nil
	}
	line := make([]byte, s.rd.head.RowBytes())
	for ; next < row; next++ {
		if _, err := s.rd.ReadRows(line); err != nil {
			return next, err
		}
	}
	return next, nil
}

// filter takes bands as they come; they may be finished in another order.
func (s *stream) filter(ctx context.Context, thread int, apply func(thread, first, last int, in Window, out []byte) error) error {
	for {
		b, err := receive(ctx, s.work)
		if b == nil {
			return err
		}
		out := b.out[:(b.last-b.first)*s.w.h.RowBytes()]
		if err := apply(thread, b.first, b.last, b.in, out); err != nil {
			return err
		}
		close(b.done)
	}
}

// write gives the bands to the writer in order.
func (s *stream) write(ctx context.Context) error {
	for {
		b, err := receive(ctx, s.ordered)
		if b == nil {
			return err
		}
		if _, err := receive(ctx, b.done); err != nil {
			return err
		}
		if err := s.w.WriteRows(b.out[:(b.last-b.first)*s.w.h.RowBytes()]); err != nil {
			return err
		}
		s.free <- b
	}
}

// receive waits for a value, the closing of the channel (which gives the zero value) or the end of ctx.
func receive[T any](ctx context.Context, from <-chan T) (v T, err error) {
	select {
	case v = <-from:
		return v, nil
	case <-ctx.Done():
		return v, context.Cause(ctx)
	}
}
