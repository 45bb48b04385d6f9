package picture

// widener returns the conversion of a stored PNG row (after unfiltering) into samples of 8 or 16 bits: palettes are
// resolved, alpha is dropped, narrow samples are scaled. A row shorter than dst's pixels is the caller's mistake.
func widener(h *pngHeader) func(dst, stored []byte) {
	switch {
	case h.depth < 8:
		table := narrowTable(h)
		return func(dst, stored []byte) { widenNarrow(dst, stored, h.depth, table) }
	case h.palette != nil:
		return func(dst, stored []byte) { widenPalette(dst, stored, h.palette) }
	case h.color.alpha:
		stored := h.bitsPerPixel() / 8
		keep := stored - h.depth/8
		return func(dst, row []byte) { dropAlpha(dst, row, keep, stored) }
	}
	return func(dst, stored []byte) { copy(dst, stored) }
}

// narrowTable holds the samples of every value of 1, 2 or 4 bits: a grey, or the palette's colour.
func narrowTable(h *pngHeader) [][]byte {
	table := make([][]byte, 1<<h.depth)
	for v := range table {
		if h.palette != nil {
			table[v] = h.palette[3*v : 3*v+3]
		} else {
			table[v] = []byte{byte(v * 255 / (len(table) - 1))}
		}
	}
	return table
}

func widenNarrow(dst, stored []byte, depth int, table [][]byte) {
	size := len(table[0])
	for i := 0; len(dst) >= size; i++ {
		shift := 8 - depth - i*depth%8
		copy(dst, table[int(stored[i*depth/8]>>shift)&(len(table)-1)])
		dst = dst[size:]
	}
}

func widenPalette(dst, stored, palette []byte) {
	for _, v := range stored[:len(dst)/3] {
		copy(dst[:3], palette[3*int(v):])
		dst = dst[3:]
	}
}

func dropAlpha(dst, stored []byte, keep, size int) {
	for len(dst) >= keep {
		copy(dst[:keep], stored)
		dst, stored = dst[keep:], stored[size:]
	}
}
