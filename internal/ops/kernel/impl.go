package kernel

// ISA is a set of machine instructions that kernels are written for. A
// later one may use the instructions of the earlier ones.
type ISA uint8

const (
	Generic ISA = iota // pure Go
	AVX2               // AVX2 and FMA, 16 registers of 8 lanes
	AVX512             // AVX-512 F, VL, DQ and BW, 32 registers of 16 lanes
)

var isaNames = [...]string{Generic: "generic", AVX2: "avx2", AVX512: "avx512"}

func (l ISA) String() string { return isaNames[l] }

// Best returns the best instruction set that this machine has.
func Best() ISA { return best }

// ISAs returns every instruction set that this machine has, the best first and
// Generic last.
func ISAs() []ISA {
	var ls []ISA
	for l := int(best); l >= 0; l-- {
		ls = append(ls, ISA(l))
	}
	return ls
}
