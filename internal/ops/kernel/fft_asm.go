//go:build (amd64 || arm64) && !purego

package kernel

type fftPassFunc func(dst *float32, ds, db, di int, src *float32, ss, sb, si int, twiddles *float32, m, blocks int)

func (l ISA) fftPass(radix int, kind FFTKind, dst, src *FFTOperand, twiddles []float32, m, blocks int) {
	if l == Generic {
		fftPassGeneric(l.Block(), radix, kind, dst, src, twiddles, m, blocks)
		return
	}
	to, di := dst.parts()
	from, si := src.parts()
	var factors *float32
	if kind != FFTPlain {
		factors = &twiddles[0]
	}
	fftPasses[l][radix][kind](&dst.Data[to], dst.Step, dst.Block, di, &src.Data[from], src.Step, src.Block, si, factors, m, blocks)
}
