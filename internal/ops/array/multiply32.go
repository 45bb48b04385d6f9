package array

import "convx/internal/ops/kernel"

// deepest and widest bound the part of the right matrix that is multiplied at once, 512 KiB: it stays in the cache of second
// isa for all rows of the left one.
const deepest, widest = 256, 512

// multiply32 is multiply by the kernels' tiles: panels of the left matrix are packed, in memory that is kept, the right one is read as
// it is.
func multiply32(c *Call, kept *[]float32, out, a, b []float32, m, k, n int) {
	isa := kernel.Best()
	rows, cols := isa.GemmTile()
	if n == 1 {
		dots(out, a, b, m, k, 1)
		return
	}
	if m < rows/2 || k == 0 || n < 8 {
		multiplyRows(isa, out, a, b, m, k, n)
		return
	}
	panel := resize(kept, min(k, deepest)*rows)
	for from := 0; from < n; from += widest {
		for deep := 0; deep < k; deep += deepest {
			c.check()
			depth := min(deepest, k-deep)
			for i := 0; i < m; i += rows {
				high := min(rows, m-i)
				PackRows(isa, panel, a[i*k+deep:], k, high, depth, rows)
				for j := from; j < min(from+widest, n); j += cols {
					wide := min(cols, min(from+widest, n)-j)
					isa.Gemm(out[i*n+j:], n, panel, b[deep*n+j:], n, depth, high, wide, nil, -inf, inf, deep > 0)
				}
			}
		}
	}
}

// PackRows brings high rows of a matrix, stride apart, side by side as a tile of rows reads them: depth elements of each, zeros where
// there are fewer rows.
func PackRows(isa kernel.ISA, to, x []float32, stride, high, depth, rows int) {
	if high < rows {
		clear(to[:depth*rows])
	}
	isa.Deinterleave(to, rows, x, stride, depth, high)
}

// multiplyRows adds rows of the right matrix: for products too small for tiles.
func multiplyRows(isa kernel.ISA, out, a, b []float32, m, k, n int) {
	clear(out)
	for i := range m {
		row := out[i*n:][:n]
		for p, v := range a[i*k:][:k] {
			if n >= 8 {
				isa.Blend(row, b[p*n:][:n], row, v, 1, -inf, inf)
				continue
			}
			for j, w := range b[p*n:][:n] {
				row[j] += v * w
			}
		}
	}
}

// dots writes the product of m x k and the transpose of n x k.
func dots(out, a, b []float32, m, k, n int) {
	isa := kernel.Best()
	for i := range m {
		for j := range n {
			out[i*n+j] = isa.Dot(a[i*k:][:k], b[j*k:][:k])
		}
	}
}
