//go:build (!amd64 && !arm64) || purego

package kernel

func (l ISA) gemmNCHWc(c []float32, cs int, a []float32, as int, b, ahead []float32, k, m, vectors int, accumulate bool) {
	gemmNCHWcScalar(c, cs, a, as, b, k, m, vectors, accumulate)
}
