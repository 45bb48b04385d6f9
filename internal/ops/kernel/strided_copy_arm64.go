//go:build !purego

package kernel

// stridedCopyFuncs is indexed by instruction set and by step, 0 for any above 2.
var stridedCopyFuncs = [...][3]stridedCopyFunc{
	NEON: {stridedCopyNNEON, stridedCopy1NEON, stridedCopy2NEON},
}
