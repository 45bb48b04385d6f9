//go:build !purego

package kernel

import "unsafe"

func (l ISA) resize(dst, src []float32, r *Resizer, at int64, rows []resizeStep, lo, hi float32, lines []float32) {
	if l == NEON {
		resizeFarNEON(&dst[0], &src[0], int(at), &r.words[0], len(r.columns), (*int64)(unsafe.Pointer(&rows[0])), len(rows), lo, hi)
		return
	}
	resizeGeneric(dst, src, r, at, rows, lo, hi, lines)
}
