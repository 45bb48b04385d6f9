package kernel

// Level is a set of machine instructions that kernels are written for. A
// higher level may use the instructions of the lower ones.
type Level uint8

const (
	Generic Level = iota // pure Go
	AVX2                 // AVX2 and FMA, 16 registers of 8 lanes
	AVX512               // AVX-512 F, VL, DQ and BW, 32 registers of 16 lanes
)

var levelNames = [...]string{Generic: "generic", AVX2: "avx2", AVX512: "avx512"}

func (l Level) String() string { return levelNames[l] }

// Best returns the highest level that this machine has.
func Best() Level { return best }

// Levels returns every level that this machine has, the best first and
// Generic last.
func Levels() []Level {
	var ls []Level
	for l := int(best); l >= 0; l-- {
		ls = append(ls, Level(l))
	}
	return ls
}
