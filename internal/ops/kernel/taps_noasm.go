//go:build !amd64 || purego

package kernel

func (l Level) gemmTaps(c []float32, cs int, a []float32, at int, b []float32, taps []Tap, m, vectors int, bias []float32, lo, hi float32, accumulate bool) {
	gemmTapsGeneric(l.Block(), c, cs, a, at, b, taps, m, vectors, bias, lo, hi, accumulate)
}
