//go:build !purego

package kernel

// directNCHWFuncs is indexed by instruction set and by PlaneKind.Index.
var directNCHWFuncs = [...][len(planeKinds)]planeFunc{
	AVX2: {
		directNCHW1x3s1AVX2, directNCHW1x3s2AVX2, directNCHW1x5s1AVX2, directNCHW1x5s2AVX2, directNCHW1x7s1AVX2, directNCHW1x7s2AVX2,
		directNCHW1x1s1AVX2, directNCHW2x1s1AVX2, directNCHW4x1s1AVX2,
	},
	AVX512: {
		directNCHW1x3s1AVX512, directNCHW1x3s2AVX512, directNCHW1x5s1AVX512, directNCHW1x5s2AVX512, directNCHW1x7s1AVX512, directNCHW1x7s2AVX512,
		directNCHW1x1s1AVX512, directNCHW2x1s1AVX512, directNCHW4x1s1AVX512,
	},
}
