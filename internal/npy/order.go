package npy

// reorders tells whether C and Fortran order differ for a shape: not while at most one axis is longer than 1.
func reorders(shape []int) bool {
	long := 0
	for _, d := range shape {
		if d == 0 {
			return false
		}
		if d > 1 {
			long++
		}
	}
	return long > 1
}

// rowMajor brings elements from Fortran order (first axis contiguous) into C order (last axis contiguous).
//
// The two orders disagree most on the first and the last axis, so those two are walked in square tiles that stay in
// cache, for every index of the axes between.
func rowMajor[T any](src []T, shape []int) []T {
	if !reorders(shape) {
		return src
	}
	dst := make([]T, len(src))
	last := len(shape) - 1
	rows, columns := shape[0], shape[last]
	rowStride, columnStride := len(src)/rows, len(src)/columns // of dst, of src
	between := shape[1:last]
	index := make([]int, len(between))
	for range len(src) / (rows * columns) {
		from, to := offsets(index, between, rows, columns)
		transpose(dst[to:], src[from:], rows, columns, rowStride, columnStride)
		for a := len(index) - 1; a >= 0; a-- {
			if index[a]++; index[a] < between[a] {
				break
			}
			index[a] = 0
		}
	}
	return dst
}

// offsets are where the plane of one index of the axes between begins, in Fortran order (from) and in C order (to).
func offsets(index, between []int, rows, columns int) (from, to int) {
	stride := rows
	for a, i := range index {
		from += i * stride
		stride *= between[a]
	}
	stride = columns
	for a := len(index) - 1; a >= 0; a-- {
		to += index[a] * stride
		stride *= between[a]
	}
	return from, to
}

// transpose copies dst[r*rowStride + c] = src[r + c*columnStride].
func transpose[T any](dst, src []T, rows, columns, rowStride, columnStride int) {
	const tile = 32 // two tiles of float64 are 16 KiB: half of a first-level cache
	for r0 := 0; r0 < rows; r0 += tile {
		for c0 := 0; c0 < columns; c0 += tile {
			for r := r0; r < min(rows, r0+tile); r++ {
				row := dst[r*rowStride:]
				for c := c0; c < min(columns, c0+tile); c++ {
					row[c] = src[r+c*columnStride]
				}
			}
		}
	}
}
