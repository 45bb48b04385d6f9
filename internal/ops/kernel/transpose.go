package kernel

// transposed is how many rows Transpose brings to blocks at once: they stay in the first cache.
const transposed = 128

// Transpose writes the transpose of a matrix of so many rows and columns: dst[j*rows+i] = src[i*ss+j].
func (l ISA) Transpose(dst, src []float32, ss, rows, columns int) {
	if rows == 0 || columns == 0 {
		return
	}
	if rows < 0 || columns < 0 || ss < 0 || len(dst) < rows*columns || len(src) < (rows-1)*ss+columns {
		panic("kernel: transpose: operand out of range")
	}
	var memory [transposed * 16]float32
	w := l.Block()
	block := memory[:transposed*w]
	for top := 0; top < rows; top += transposed {
		high := min(transposed, rows-top)
		for left := 0; left < columns; left += w {
			wide := min(w, columns-left)
			l.StridedCopy(block, w, src[top*ss+left:], ss, 1, wide, high, 0)
			l.UnpackNCHWc(dst[left*rows+top:], rows, block, wide, high)
		}
	}
}
