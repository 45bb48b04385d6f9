//go:build !purego

package kernel

import "unsafe"

func (l ISA) resize(dst, src []float32, r *Resizer, at int64, rows []resizeStep, lo, hi float32, lines []float32) {
	if l == Generic {
		resizeGeneric(dst, src, r, at, rows, lo, hi, lines)
		return
	}
	far := 1
	if r.near {
		far = 0
	}
	resizeFuncs[l][far](&dst[0], &src[0], int(at), &r.words[0], len(r.columns), (*int64)(unsafe.Pointer(&rows[0])), len(rows), lo, hi)
}

// resizeFuncs are for columns whose pairs stand near each other, and for any.
var resizeFuncs = [...][2]func(dst, src *float32, at int, columns *uint32, n int, steps *int64, rows int, lo, hi float32){
	AVX2:   {resizeNearAVX2, resizeFarAVX2},
	AVX512: {resizeNearAVX512, resizeFarAVX512},
}
