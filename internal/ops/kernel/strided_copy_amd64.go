//go:build !purego

package kernel

// stridedCopyFuncs is indexed by instruction set and by step, 0 for any above 2.
var stridedCopyFuncs = [...][3]stridedCopyFunc{
	AVX2:   {stridedCopyNAVX2, stridedCopy1AVX2, stridedCopy2AVX2},
	AVX512: {stridedCopyNAVX512, stridedCopy1AVX512, stridedCopy2AVX512},
}
