package kernel

import "slices"

// ISA is a set of machine instructions that kernels are written for. On one
// architecture a later one may use the instructions of the earlier ones.
type ISA uint8

const (
	Generic ISA = iota // pure Go
	AVX2               // AVX2 and FMA, 16 registers of 8 lanes
	AVX512             // AVX-512 F, VL, DQ and BW, 32 registers of 16 lanes
	NEON               // Advanced SIMD of arm64, 32 registers of 4 lanes
	isaCount
)

// isaTable is what the instruction sets differ by.
var isaTable = [isaCount]struct {
	name  string
	lanes int // float32 values in a vector
	block int // channels in a block of the blocked layout
	rows  int // of a tile over blocks
	depth int // channels of a block that DirectNCHWc takes at once
}{
	Generic: {"generic", 1, 8, 6, 4},
	AVX2:    {"avx2", 8, 8, 6, 1},
	AVX512:  {"avx512", 16, 16, 14, 1},
	NEON:    {"neon", 4, 4, 12, 4},
}

func (l ISA) String() string { return isaTable[l].name }

// Lanes returns how many float32 values a vector of the instruction set holds.
func (l ISA) Lanes() int { return isaTable[l].lanes }

// Block is how many channels stand together in the level's channel-blocked
// layout: element (channel ch, row r) of a matrix of R rows is at
// [ch/Block*R*Block + r*Block + ch%Block], and channels past the last are zero.
func (l ISA) Block() int { return isaTable[l].block }

// NCHWcRows is the rows of a tile of GemmNCHWc and DirectNCHWc.
func (l ISA) NCHWcRows() int { return isaTable[l].rows }

// Best returns the best instruction set that this machine has.
func Best() ISA { return isas[0] }

// ISAs returns every instruction set that this machine has, the best first and
// Generic last.
func ISAs() []ISA { return slices.Clone(isas) }
