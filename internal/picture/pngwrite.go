package picture

import (
	"encoding/binary"
	"hash/crc32"
	"io"
	"runtime"

	"convx/internal/lang"
)

// WriteOptions tune the PNG encoder; the zero value is the default.
type WriteOptions struct {
	// Level is the deflate level, 1 (fast) to 9 (small); 0 is 1. At every level a block is coded without matches where that
	// is as good, as on most photographs: there, the files of level 1 are about as large as zlib's at 1 to 3.
	Level int
	// Threads is how many blocks are deflated at once. 0: GOMAXPROCS. The bytes written do not depend on it.
	Threads int
}

const (
	// blockBytes is about how many raw bytes go into a deflate block. Priming a block costs about as much as deflating
	// 32 KiB, so blocks are several times that; and there are as many in memory as threads, twice over.
	blockBytes = 1 << 19
	windowSize = 1 << 15 // how far back deflate can refer (RFC 1951)
)

// Writer writes a PNG from rows given from top to bottom.
type Writer struct {
	w       io.Writer
	h       Header
	o       WriteOptions
	rows    int      // of the picture, taken so far
	cur     *block   // being filled
	pending []*block // being deflated, in order
	free    []*block
	last    *block // the last one started
	adler   uint32
	err     error
}

// NewWriter writes the PNG's header. Close must be called at the end.
func NewWriter(w io.Writer, h Header, o WriteOptions) (*Writer, error) {
	if err := h.check(); err != nil {
		return nil, err
	}
	if o.Level == 0 {
		o.Level = 1
	}
	if o.Level < 1 || o.Level > 9 {
		return nil, lang.Errorf("compression level %d is not one of 1 to 9", o.Level)
	}
	if o.Threads <= 0 {
		o.Threads = runtime.GOMAXPROCS(0)
	}
	var ihdr [13]byte
	binary.BigEndian.PutUint32(ihdr[0:], uint32(h.Width))
	binary.BigEndian.PutUint32(ihdr[4:], uint32(h.Height))
	ihdr[8] = byte(h.Depth)
	if h.Channels == 3 {
		ihdr[9] = 2
	}
	wr := &Writer{w: w, h: h, o: o, adler: 1}
	if _, err := io.WriteString(w, pngMagic); err != nil {
		return nil, err
	}
	return wr, wr.writeChunk("IHDR", ihdr[:])
}

// WriteRows takes any whole number of rows; it keeps no reference to them.
func (w *Writer) WriteRows(rows []byte) error {
	n := w.h.RowBytes()
	if len(rows)%n != 0 {
		return lang.Errorf("picture: %d bytes are not whole rows of %d", len(rows), n)
	}
	if w.rows+len(rows)/n > w.h.Height {
		return lang.Errorf("picture: more than %d rows", w.h.Height)
	}
	for len(rows) > 0 && w.err == nil {
		if w.cur == nil {
			w.cur = w.newBlock()
		}
		take := min(len(rows), cap(w.cur.raw)-len(w.cur.raw))
		w.cur.raw = append(w.cur.raw, rows[:take]...)
		rows = rows[take:]
		w.rows += take / n
		if len(w.cur.raw) == cap(w.cur.raw) || w.rows == w.h.Height {
			w.start()
		}
	}
	return w.err
}

// Close waits for the last blocks and ends the file; it is an error when rows are missing.
func (w *Writer) Close() error {
	for len(w.pending) > 0 {
		w.collect()
	}
	if w.err == nil && w.rows != w.h.Height {
		w.err = lang.Errorf("picture: %d of %d rows were written", w.rows, w.h.Height)
	}
	if w.err == nil {
		w.err = w.writeChunk("IEND", nil)
	}
	if w.err != nil {
		return w.err
	}
	w.err = lang.New("picture: the writer is closed")
	return nil
}

// newBlock takes a used block or makes one with room for its rows.
func (w *Writer) newBlock() *block {
	if n := len(w.free); n > 0 {
		b := w.free[n-1]
		w.free = w.free[:n-1]
		b.raw = b.raw[:0]
		return b
	}
	n := w.h.RowBytes()
	return &block{
		raw:   make([]byte, 0, bandRows(w.h, blockBytes)*n),
		above: make([]byte, n),
		bpp:   w.h.PixelBytes(),
	}
}

// start sends the current block to be deflated, and first makes room among the pending ones.
func (w *Writer) start() {
	b := w.cur
	w.cur = nil
	b.final = w.rows == w.h.Height
	b.tail = make(chan []byte, 1)
	b.done = make(chan error, 1)
	b.before = nil
	clear(b.above)
	if w.last != nil {
		copy(b.above, w.last.raw[len(w.last.raw)-len(b.above):])
		b.before = w.last.tail
	}
	for len(w.pending) >= w.o.Threads {
		w.collect()
	}
	w.pending = append(w.pending, b)
	w.last = b
	go b.deflate(w.o.Level)
}

// collect waits for the oldest pending block and writes it as a chunk.
func (w *Writer) collect() {
	b := w.pending[0]
	w.pending = w.pending[1:]
	err := <-b.done
	if w.err == nil {
		w.err = err
	}
	w.adler = joinAdler(w.adler, b.adler, b.filteredLen)
	if w.err == nil {
		w.err = w.writeBlock(b)
	}
	w.free = append(w.free, b)
}

func (w *Writer) writeBlock(b *block) error {
	var head, sum []byte
	if b.before == nil {
		head = []byte{0x78, 0x01} // RFC 1950: deflate, 32 KiB window, fastest
	}
	if b.final {
		sum = binary.BigEndian.AppendUint32(nil, w.adler)
	}
	return w.writeChunk("IDAT", head, b.out.Bytes(), sum)
}

// writeChunk writes one chunk whose data are the parts joined.
func (w *Writer) writeChunk(name string, parts ...[]byte) error {
	n := 0
	crc := crc32.ChecksumIEEE([]byte(name))
	for _, p := range parts {
		n += len(p)
		crc = crc32.Update(crc, crc32.IEEETable, p)
	}
	if n > maxSide {
		return lang.Errorf("picture: a chunk of %d bytes", n)
	}
	head := append(binary.BigEndian.AppendUint32(nil, uint32(n)), name...)
	for _, p := range append(append([][]byte{head}, parts...), binary.BigEndian.AppendUint32(nil, crc)) {
		if _, err := w.w.Write(p); err != nil {
			return err
		}
	}
	return nil
}

// Encode writes the picture as a PNG.
func (p *Picture) Encode(w io.Writer, o WriteOptions) error {
	wr, err := NewWriter(w, p.Header, o)
	if err != nil {
		return err
	}
	err = wr.WriteRows(p.Pix)
	if closed := wr.Close(); err == nil { // closing waits for what is under way, and repeats an earlier error
		err = closed
	}
	return err
}
