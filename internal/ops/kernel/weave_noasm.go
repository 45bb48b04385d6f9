//go:build !amd64 || purego

package kernel

func (l Level) weave([]float32, [][]float32, int) int { return 0 }

func (l Level) unweave(dst []float32, ds int, src []float32, ss, ways, n int) {
	unweaveGeneric(dst, ds, src, ss, ways, n)
}
