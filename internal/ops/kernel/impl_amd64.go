//go:build !purego

package kernel

import "golang.org/x/sys/cpu"

// isas lists what the machine has, the best first.
var isas = detect()

func detect() []ISA {
	x := &cpu.X86
	switch {
	case !x.HasAVX2 || !x.HasFMA || !x.HasBMI2:
		return []ISA{Generic}
	case x.HasAVX512F && x.HasAVX512VL && x.HasAVX512DQ && x.HasAVX512BW:
		return []ISA{AVX512, AVX2, Generic}
	}
	return []ISA{AVX2, Generic}
}
