package picture

import "encoding/binary"

// decode reads symbols to the end of the block, or until the output is full.
func (z *inflater) decode() error {
	lit, dist := &z.lit, &z.dist
	out, in := z.out, z.in
	o, pos, bits, n := z.o, z.pos, z.bits, z.n
	limit := len(out) - outReserve
	for {
		if pos > len(in)-8 {
			z.o, z.pos, z.bits, z.n = o, pos, bits, n
			if err := z.feed(); err != nil {
				return err
			}
			in, pos = z.in, z.pos
		}
		if o > limit {
			z.o, z.pos, z.bits, z.n = o, pos, bits, n
			return errFull
		}
		bits |= binary.LittleEndian.Uint64(in[pos:]) << (n & 63)
		pos += int((63 - n) >> 3)
		n |= 56

		// Up to three entries of one or two literals: 33 of the 56 bits.
		e := lit.first[bits&litMask]
		if e&isLiteral != 0 {
			binary.LittleEndian.PutUint16(out[o:], uint16(e>>16))
			o += int(e >> 8 & 3)
			bits >>= e & 31
			n -= uint(e & 31)
			e = lit.first[bits&litMask]
			if e&isLiteral != 0 {
				binary.LittleEndian.PutUint16(out[o:], uint16(e>>16))
				o += int(e >> 8 & 3)
				bits >>= e & 31
				n -= uint(e & 31)
				e = lit.first[bits&litMask]
				if e&isLiteral != 0 {
					binary.LittleEndian.PutUint16(out[o:], uint16(e>>16))
					o += int(e >> 8 & 3)
					bits >>= e & 31
					n -= uint(e & 31)
					continue
				}
			}
		}
		if e&isLink != 0 {
			e = lit.rest[int(e>>16)+int(bits>>litBits&(1<<(e>>8&15)-1))]
		}
		bits >>= e & 31
		n -= uint(e & 31)
		if e&isLiteral != 0 {
			out[o] = byte(e >> 16)
			o++
			continue
		}
		if e&isLength == 0 { // the end of the block, or no code
			z.o, z.pos, z.bits, z.n = o, pos, bits, n
			if e&isEnd == 0 {
				return errInflate
			}
			z.step = (*inflater).readBlock
			return nil
		}
		extra := uint(e >> 8 & 15)
		length := int(e>>16) + int(bits&(1<<extra-1))
		bits >>= extra
		n -= extra

		// A length and a distance take 48 bits at most, of which 22 literal bits may be gone: 20 + 28 after this.
		if n < 28 {
			z.pos = pos
			if pos > len(in)-8 {
				if err := z.feed(); err != nil {
					return err
				}
				in, pos = z.in, z.pos
			}
			bits |= binary.LittleEndian.Uint64(in[pos:]) << (n & 63)
			pos += int((63 - n) >> 3)
			n |= 56
		}
		e = dist.first[bits&distMask]
		if e&isLink != 0 {
			e = dist.rest[int(e>>16)+int(bits>>distBits&(1<<(e>>8&15)-1))]
		}
		bits >>= e & 31
		n -= uint(e & 31)
		extra = uint(e >> 8 & 15)
		back := int(e>>16) + int(bits&(1<<extra-1))
		bits >>= extra
		n -= extra
		if e&isLength == 0 || back > o {
			z.o, z.pos, z.n = o, pos, n
			return errInflate
		}
		copyMatch(out, o, back, length)
		o += length
	}
}

// copyMatch repeats length bytes from back bytes before o. It may write up to eight bytes more.
func copyMatch(out []byte, o, back, length int) {
	src, end := o-back, o+length
	if back >= 8 {
		for ; o < end; o += 8 {
			binary.LittleEndian.PutUint64(out[o:], binary.LittleEndian.Uint64(out[src:]))
			src += 8
		}
		return
	}
	// A run, as of flat colour: the bytes are repeated until they fill a word, doubling, and the word is written at each
	// multiple of back.
	word := binary.LittleEndian.Uint64(out[src:]) & (1<<(8*back) - 1)
	for filled := back; filled < 8; filled *= 2 {
		word |= word << (8 * filled)
	}
	for step := back * (8 / back); o < end; o += step {
		binary.LittleEndian.PutUint64(out[o:], word)
	}
}
