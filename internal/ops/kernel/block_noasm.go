//go:build !amd64 || purego

package kernel

func (l Level) blockPack(dst, src []float32, cs, channels, n int) {
	blockPackGeneric(l.Block(), dst, src, cs, channels, n)
}

func (l Level) blockSplit(dst, odd, src []float32, cs, channels, n int) {
	blockSplitGeneric(l.Block(), dst, odd, src, cs, channels, n)
}

func (l Level) blockUnpack(dst []float32, cs int, src []float32, channels, n int) {
	blockUnpackGeneric(l.Block(), dst, cs, src, channels, n)
}
