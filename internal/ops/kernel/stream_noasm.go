//go:build !amd64 || purego

package kernel

func (l Level) sum(x []float32) float32    { return sumGeneric(x) }
func (l Level) dot(x, y []float32) float32 { return dotGeneric(x, y) }

func (l Level) affine(dst, src []float32, a, b, lo, hi float32) {
	affineGeneric(dst, src, a, b, lo, hi)
}

func (l Level) blend(dst, x, y []float32, a, b, lo, hi float32) {
	blendGeneric(dst, x, y, a, b, lo, hi)
}

func (l Level) logistic(dst, src []float32) { logisticGeneric(dst, src) }
func (l Level) product(dst, x, y []float32) { productGeneric(dst, x, y) }
