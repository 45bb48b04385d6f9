//go:build !purego

package kernel

// isas lists what the machine has, the best first: every arm64 has Advanced SIMD.
var isas = []ISA{NEON, Generic}
