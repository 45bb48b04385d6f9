package kernel

// PackNCHWc brings n pixels of up to Block channels from planes to one block:
// dst[j*Block+c] = src[c*cs+j] for c < channels, and zero for the other c.
func (l ISA) PackNCHWc(dst, src []float32, cs, channels, n int) {
	w := l.Block()
	if n <= 0 || channels <= 0 || channels > w || len(dst) < n*w || len(src) < (channels-1)*cs+n {
		panic("kernel: pack NCHWc: operand out of range")
	}
	l.packNCHWc(dst, src, cs, channels, n)
}

// PackNCHWcPhases is PackNCHWc with every other pixel elsewhere, the two phases of
// a stride of 2: even pixels j go to dst[j/2*Block+c], odd ones to
// odd[j/2*Block+c].
func (l ISA) PackNCHWcPhases(dst, odd, src []float32, cs, channels, n int) {
	w := l.Block()
	if n <= 1 || channels <= 0 || channels > w || len(dst) < (n+1)/2*w || len(odd) < n/2*w || len(src) < (channels-1)*cs+n {
		panic("kernel: deinterleave pairs NCHWc: operand out of range")
	}
	l.packNCHWcPhases(dst, odd, src, cs, channels, n)
}

// UnpackNCHWc is the way back: dst[c*cs+j] = src[j*Block+c] for c < channels.
func (l ISA) UnpackNCHWc(dst []float32, cs int, src []float32, channels, n int) {
	w := l.Block()
	if n <= 0 || channels <= 0 || channels > w || len(src) < n*w || len(dst) < (channels-1)*cs+n {
		panic("kernel: unpack NCHWc: operand out of range")
	}
	l.unpackNCHWc(dst, cs, src, channels, n)
}

func packNCHWcGeneric(w int, dst, src []float32, cs, channels, n int) {
	clear(dst[:n*w])
	for c := range channels {
		for j, v := range src[c*cs:][:n] {
			dst[j*w+c] = v
		}
	}
}

func packNCHWcPhasesGeneric(w int, dst, odd, src []float32, cs, channels, n int) {
	clear(dst[:(n+1)/2*w])
	clear(odd[:n/2*w])
	to := [2][]float32{dst, odd}
	for c := range channels {
		for j, v := range src[c*cs:][:n] {
			to[j%2][j/2*w+c] = v
		}
	}
}

func unpackNCHWcGeneric(w int, dst []float32, cs int, src []float32, channels, n int) {
	for c := range channels {
		row := dst[c*cs:][:n]
		for j := range row {
			row[j] = src[j*w+c]
		}
	}
}
