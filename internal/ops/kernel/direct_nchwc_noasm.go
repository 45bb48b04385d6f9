//go:build (!amd64 && !arm64) || purego

package kernel

func (l ISA) directNCHWc(c []float32, cs int, a []float32, at int, b, ahead []float32, taps []DirectTap, m, vectors int, bias []float32, lo, hi float32, accumulate bool) {
	directNCHWcScalar(c, cs, a, at, b, taps, m, vectors, bias, lo, hi, accumulate)
}
