package picture

import (
	"errors"
	"io"

	"convx/internal/lang"
)

// maxLZW is one more than the greatest LZW code of a GIF, of 12 bits.
const maxLZW = 1 << 12

// lzwTable is the table of a GIF's decoder: each code stands for that of a prefix and one more value.
type lzwTable struct {
	prefix       [maxLZW]uint16
	suffix       [maxLZW]byte
	first        [maxLZW]byte
	length       [maxLZW]uint16
	clear        int // the code that begins a fresh table; the next one ends the data
	width, start uint
	next         int // the code that is defined next
}

func newLZW(bits int) *lzwTable {
	z := &lzwTable{clear: 1 << bits, start: uint(bits + 1)}
	for v := range z.clear {
		z.suffix[v], z.first[v], z.length[v] = byte(v), byte(v), 1
	}
	z.reset()
	return z
}

func (z *lzwTable) reset() { z.width, z.next = z.start, z.clear+2 }

// unpackLZW fills dst with the values of a GIF's LZW data, whose values have so many bits, and says how many there were. Data
// may end without the code that ends them, and what follows the last pixel is of no account.
func unpackLZW(dst []byte, src io.ByteReader, bits int) (n int, err error) {
	z := newLZW(bits)
	var buffer, have uint
	before := -1
	for n < len(dst) {
		for have < z.width {
			b, err := src.ReadByte()
			if errors.Is(err, io.EOF) {
				return n, nil
			}
			if err != nil {
				return n, err
			}
			buffer |= uint(b) << have
			have += 8
		}
		code := int(buffer & (1<<z.width - 1))
		buffer >>= z.width
		have -= z.width
		switch {
		case code == z.clear:
			z.reset()
			before = -1
			continue
		case code == z.clear+1:
			return n, nil
		case code > z.next || code == z.next && before < 0 || code > z.clear && before < 0:
			return n, lang.New("damaged file: an LZW code that stands for nothing")
		}
		z.define(before, code)
		if z.next >= 1<<z.width && z.width < 12 {
			z.width++
		}
		n += z.write(dst[n:], code)
		before = code
	}
	return n, nil
}

// define adds what the code before and the first value of this one make.
func (z *lzwTable) define(before, code int) {
	if before < 0 || z.next >= maxLZW {
		return
	}
	z.prefix[z.next], z.first[z.next], z.length[z.next] = uint16(before), z.first[before], z.length[before]+1
	z.suffix[z.next] = z.first[code]
	if code == z.next {
		z.suffix[z.next] = z.first[before]
	}
	z.next++
}

// write puts what a code stands for into dst, as far as there is room.
func (z *lzwTable) write(dst []byte, code int) int {
	n := int(z.length[code])
	for i := n - 1; i >= 0; i-- {
		if i < len(dst) {
			dst[i] = z.suffix[code]
		}
		code = int(z.prefix[code])
	}
	return min(n, len(dst))
}
