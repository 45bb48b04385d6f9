package picture

import "encoding/binary"

// Eight bytes at a time in one word: what SIMD would do, in plain Go. No carry passes from one byte to the next, because the
// high bits are kept out of the sums and put right afterwards.

const (
	highBits = 0x8080808080808080
	lowBits  = 0x0101010101010101
)

func load8(b []byte) uint64     { return binary.LittleEndian.Uint64(b) }
func store8(b []byte, v uint64) { binary.LittleEndian.PutUint64(b, v) }

// add8 is x + y in each byte, modulo 256.
func add8(x, y uint64) uint64 { return (x&^highBits + y&^highBits) ^ (x^y)&highBits }

// sub8 is x - y in each byte, modulo 256.
func sub8(x, y uint64) uint64 { return (x | highBits) - (y &^ highBits) ^ (x^^y)&highBits }

// less8 is 0xff in each byte where x < y, without sign, and 0 elsewhere.
func less8(x, y uint64) uint64 {
	borrow := (^x&y | ^(x^y)&sub8(x, y)) & highBits
	return borrow >> 7 * 0xff
}

// negate8 is -v in each byte where mask is 0xff, which v is not 0 in, and v where mask is 0.
func negate8(v, mask uint64) uint64 { return (v ^ mask) + mask&lowBits }

// addBytes adds b to a byte by byte, modulo 256.
func addBytes(a, b []byte) {
	n := len(a)
	b = b[:n]
	i := 0
	for ; i <= n-8; i += 8 {
		store8(a[i:i+8], add8(load8(a[i:i+8]), load8(b[i:i+8])))
	}
	for ; i < len(a); i++ {
		a[i] += b[i]
	}
}
