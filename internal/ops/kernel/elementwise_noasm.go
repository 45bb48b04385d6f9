//go:build (!amd64 && !arm64) || purego

package kernel

func (l ISA) sum(x []float32) float32    { return sumGeneric(x) }
func (l ISA) dot(x, y []float32) float32 { return dotGeneric(x, y) }

func (l ISA) affine(dst, src []float32, a, b, lo, hi float32) {
	affineGeneric(dst, src, a, b, lo, hi)
}

func (l ISA) blend(dst, x, y []float32, a, b, lo, hi float32) {
	blendGeneric(dst, x, y, a, b, lo, hi)
}

func (l ISA) logistic(dst, src []float32) { logisticGeneric(dst, src) }
func (l ISA) product(dst, x, y []float32) { productGeneric(dst, x, y) }

func (l ISA) quotient(dst, x, y []float32) { quotientGeneric(dst, x, y) }

func (l ISA) largest(dst, x, y []float32) { largestGeneric(dst, x, y) }

func (l ISA) leaky(dst, x, slopes []float32) { leakyGeneric(dst, x, slopes) }

func (l ISA) leakyBy(dst, x []float32, slope float32) { leakyByGeneric(dst, x, slope) }

func (l ISA) erf(dst, src []float32) { erfGeneric(dst, src) }

func (l ISA) swish(dst, src []float32)     { swishGeneric(dst, src) }
func (l ISA) hardSwish(dst, src []float32) { hardSwishGeneric(dst, src) }
func (l ISA) gelu(dst, src []float32)      { geluGeneric(dst, src) }
