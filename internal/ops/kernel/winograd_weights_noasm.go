//go:build !amd64 || purego

package kernel

func (l ISA) winogradWeights(dst []float32, df int, src []float32, ss int, g []float64, r, points, n int) {
	winogradWeightsGeneric(dst, df, src, ss, g, r, points, n)
}
