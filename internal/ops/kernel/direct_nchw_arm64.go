//go:build !purego

package kernel

// directNCHWFuncs is indexed by instruction set and by PlaneKind.Index.
var directNCHWFuncs = [...][len(planeKinds)]planeFunc{
	NEON: {
		directNCHW1x3s1NEON, directNCHW1x3s2NEON, directNCHW1x5s1NEON, directNCHW1x5s2NEON, directNCHW1x7s1NEON, directNCHW1x7s2NEON,
		directNCHW1x1s1NEON, directNCHW2x1s1NEON, directNCHW4x1s1NEON,
	},
}
