package picture

import (
	"encoding/binary"
	"hash"
	"hash/adler32"
	"io"

	"convx/internal/lang"
)

// inflater decompresses a zlib stream (RFC 1950 and 1951). Photographs are mostly literals once their rows are filtered, and
// for those it is several times as fast as the general decoders: one table look-up gives up to two literals, and the
// bits are refilled eight bytes at a time. Input beyond the end reads as zeros, and is found out afterwards: so the inner
// loop has no second version for the ends of its buffers.
type inflater struct {
	src    io.Reader
	srcErr error  // what src said last
	in     []byte // read from src; at its end followed by padding
	pos    int    // of the next byte to load from in
	end    int    // of what src gave
	bits   uint64 // loaded, the next one lowest
	n      uint   // how many of them count

	out  []byte // window, unread and room
	read int    // of the next byte to give
	o    int    // of the next byte to write
	sum  hash.Hash32

	step   func(*inflater) error // what comes next in the stream
	final  bool                  // this is the last block
	stored int                   // bytes left of a stored block
	lit    litTable
	dist   distTable
	err    error
}

const (
	inSize     = 1 << 16
	inPadding  = 16
	outSize    = 1 << 17
	longest    = 258             // match
	outReserve = longest + 8 + 8 // what a turn of the loop may write beyond the limit
)

var errInflate = lang.New("damaged file: the compressed pixels do not decode")

func newInflater(src io.Reader) *inflater {
	return &inflater{
		src:  src,
		in:   make([]byte, 0, inSize+inPadding),
		out:  make([]byte, windowSize+outSize),
		sum:  adler32.New(),
		step: (*inflater).readHeader,
	}
}

// Read gives decompressed bytes; io.EOF comes only after the stream's end was reached and its sum was right.
func (z *inflater) Read(p []byte) (int, error) {
	for z.read == z.o {
		if z.err != nil {
			return 0, z.err
		}
		z.fill()
	}
	n := copy(p, z.out[z.read:z.o])
	z.read += n
	return n, nil
}

// fill decodes until the output is full or the stream ends, keeping the window before it.
func (z *inflater) fill() {
	if keep := min(z.o, windowSize); z.o > len(z.out)-outReserve-longest {
		copy(z.out, z.out[z.o-keep:z.o])
		z.o = keep
	}
	z.read = z.o
	for z.err == nil && z.o <= len(z.out)-outReserve {
		z.err = z.step(z)
		if z.err == errFull {
			z.err = nil
			break
		}
	}
	z.sum.Write(z.out[z.read:z.o])
	switch {
	case z.err == io.EOF:
		z.err = z.checkSum()
	case z.err == errInflate && z.overrun(): // the padding made no sense
		z.err = z.sourceError()
	}
}

// errFull says that a step stopped because the output is full.
var errFull = lang.New("output full")

// feed makes more input available: at least eight bytes at pos, the last ones padding. It fails when the padding is used up.
func (z *inflater) feed() error {
	if z.srcErr != nil { // padded already
		if z.pos > len(z.in)-8 {
			return z.sourceError()
		}
		return nil
	}
	loaded := min(z.pos, 8) // bytes that align may give back
	left := copy(z.in[:cap(z.in)], z.in[z.pos-loaded:])
	z.in, z.pos = z.in[:left], loaded
	for len(z.in)-z.pos < 8 && z.srcErr == nil {
		var n int
		n, z.srcErr = z.src.Read(z.in[len(z.in) : cap(z.in)-inPadding])
		z.in = z.in[:len(z.in)+n]
	}
	z.end = len(z.in)
	if z.srcErr != nil {
		z.in = z.in[:z.end+inPadding]
		clear(z.in[z.end:])
	}
	return nil
}

// overrun reports that more was decoded than src gave.
func (z *inflater) overrun() bool { return z.srcErr != nil && z.pos-int(z.n>>3) > z.end }

// sourceError is why there is no more input.
func (z *inflater) sourceError() error {
	if z.srcErr == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return z.srcErr
}

// refill makes at least 56 bits available.
func (z *inflater) refill() error {
	if z.pos > len(z.in)-8 {
		if err := z.feed(); err != nil {
			return err
		}
	}
	z.bits |= binary.LittleEndian.Uint64(z.in[z.pos:]) << z.n
	z.pos += int((63 - z.n) >> 3)
	z.n |= 56
	return nil
}

// take gives the next count bits, at most 16; refill came before.
func (z *inflater) take(count uint) int {
	v := int(z.bits & (1<<count - 1))
	z.bits >>= count
	z.n -= count
	return v
}

// align drops the bits up to the next byte, and gives back the bytes that were loaded too early.
func (z *inflater) align() {
	z.pos -= int(z.n >> 3)
	z.bits, z.n = 0, 0
}

// readHeader reads the two bytes of RFC 1950.
func (z *inflater) readHeader() error {
	if err := z.refill(); err != nil {
		return err
	}
	cmf, flags := z.take(8), z.take(8)
	if z.overrun() {
		return z.sourceError()
	}
	if cmf&15 != 8 || cmf>>4 > 7 || (cmf<<8|flags)%31 != 0 || flags&0x20 != 0 {
		return errInflate
	}
	z.step = (*inflater).readBlock
	return nil
}

// checkSum reads the Adler-32 at the end; io.EOF says that it is right.
func (z *inflater) checkSum() error {
	z.align()
	if z.end-z.pos < 4 {
		if err := z.gather(4); err != nil {
			return err
		}
	}
	if binary.BigEndian.Uint32(z.in[z.pos:]) != z.sum.Sum32() {
		return lang.New("damaged file: the pixels have the wrong checksum")
	}
	return io.EOF
}

// gather reads until count bytes lie at pos.
func (z *inflater) gather(count int) error {
	for z.end-z.pos < count {
		if z.srcErr != nil {
			return z.sourceError()
		}
		left := copy(z.in[:cap(z.in)], z.in[z.pos:z.end])
		var n int
		n, z.srcErr = z.src.Read(z.in[left : cap(z.in)-inPadding])
		z.pos, z.end = 0, left+n
		z.in = z.in[:z.end]
		if z.srcErr != nil {
			z.in = z.in[:z.end+inPadding]
			clear(z.in[z.end:])
		}
	}
	return nil
}

// readBlock reads the header of a block, or ends the stream after the last one.
func (z *inflater) readBlock() error {
	if z.overrun() {
		return z.sourceError()
	}
	if z.final {
		return io.EOF
	}
	if err := z.refill(); err != nil {
		return err
	}
	z.final = z.take(1) == 1
	switch z.take(2) {
	case 0:
		return z.readStored()
	case 1:
		z.fixedTables()
	case 2:
		if err := z.readTables(); err != nil {
			return err
		}
	default:
		return errInflate
	}
	z.step = (*inflater).decode
	return nil
}

// readStored reads the length of a stored block.
func (z *inflater) readStored() error {
	z.align()
	if err := z.gather(4); err != nil {
		return err
	}
	n, check := binary.LittleEndian.Uint16(z.in[z.pos:]), binary.LittleEndian.Uint16(z.in[z.pos+2:])
	if n != ^check {
		return errInflate
	}
	z.pos += 4
	z.stored = int(n)
	z.step = (*inflater).copyStored
	return nil
}

func (z *inflater) copyStored() error {
	if z.stored == 0 {
		z.step = (*inflater).readBlock
		return nil
	}
	if err := z.gather(1); err != nil {
		return err
	}
	n := copy(z.out[z.o:], z.in[z.pos:min(z.end, z.pos+z.stored)])
	z.pos += n
	z.o += n
	z.stored -= n
	if z.stored > 0 && z.o == len(z.out) {
		return errFull
	}
	return nil
}
