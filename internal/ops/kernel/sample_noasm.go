//go:build (!amd64 && !arm64) || purego

package kernel

func (l ISA) sample(dst, src []float32, at []int32, w []float32, n int) {
	sampleScalar(dst, src, at, w, n)
}
