//go:build !purego

package kernel

import "sync"

// Core returns what the instruction set runs on here.
func (l ISA) Core() Core {
	if l != NEON {
		return Core(l)
	}
	return machine().core
}

// MachineCaches returns the caches of this machine.
func MachineCaches() Caches { return machine().caches }

// Processor names the design of this machine's processor, or is empty.
func Processor() string { return machine().name }

type arm64Machine struct {
	name   string
	core   Core
	caches Caches
}

// machine asks the system once, when a layer is first planned.
var machine = sync.OnceValue(func() arm64Machine {
	midrs := processors()
	m := arm64Machine{processorName(midrs), coreOf(midrs), cacheSizes()}
	if m.caches.Second <= 0 {
		m.caches.Second = 512 << 10 // of Cortex-A76 and Neoverse N1, at least
	}
	if m.caches.Last <= 0 {
		m.caches.Last = 4 << 20
	}
	m.caches.Last = max(m.caches.Last, m.caches.Second)
	return m
})

// coreOf is the widest of some processors, which do the heavy work where there are small ones too: each is a MIDR
// (Arm Architecture Reference Manual, MIDR_EL1).
func coreOf(midrs []uint32) Core {
	widest := Core(0)
	for _, midr := range midrs {
		widest = max(widest, partOf(midr).core)
	}
	if widest == 0 {
		return CoreNEON2
	}
	return widest
}

const implementerApple = 0x61

// arm64Part is a design of a core.
type arm64Part struct {
	name string
	core Core
}

func partOf(midr uint32) arm64Part {
	part, known := arm64Parts[[2]uint32{midr >> 24 & 0xff, midr >> 4 & 0xfff}]
	switch {
	case midr>>24&0xff == implementerApple:
		return arm64Part{"Apple", CoreNEON4}
	case !known:
		return arm64Part{"", CoreNEON2}
	}
	return part
}

// arm64Parts lists designs by implementer and part number.
var arm64Parts = map[[2]uint32]arm64Part{
	{0x41, 0xd03}: {"Cortex-A53", CoreNEON1},
	{0x41, 0xd04}: {"Cortex-A35", CoreNEON1},
	{0x41, 0xd05}: {"Cortex-A55", CoreNEON1},
	{0x41, 0xd07}: {"Cortex-A57", CoreNEON1},
	{0x41, 0xd08}: {"Cortex-A72", CoreNEON1},
	{0x41, 0xd09}: {"Cortex-A73", CoreNEON1},
	{0x41, 0xd0a}: {"Cortex-A75", CoreNEON1},
	{0x41, 0xd46}: {"Cortex-A510", CoreNEON1},
	{0x41, 0xd80}: {"Cortex-A520", CoreNEON1},
	{0x41, 0xd0b}: {"Cortex-A76", CoreNEON2},
	{0x41, 0xd0d}: {"Cortex-A77", CoreNEON2},
	{0x41, 0xd41}: {"Cortex-A78", CoreNEON2},
	{0x41, 0xd47}: {"Cortex-A710", CoreNEON2},
	{0x41, 0xd4d}: {"Cortex-A715", CoreNEON2},
	{0x41, 0xd81}: {"Cortex-A720", CoreNEON2},
	{0x41, 0xd0c}: {"Neoverse N1", CoreNEON2},
	{0x41, 0xd49}: {"Neoverse N2", CoreNEON2},
	{0x41, 0xd40}: {"Neoverse V1", CoreNEON4},
	{0x41, 0xd4f}: {"Neoverse V2", CoreNEON4},
	{0x41, 0xd84}: {"Neoverse V3", CoreNEON4},
	{0x41, 0xd44}: {"Cortex-X1", CoreNEON4},
	{0x41, 0xd4c}: {"Cortex-X1C", CoreNEON4},
	{0x41, 0xd48}: {"Cortex-X2", CoreNEON4},
	{0x41, 0xd4e}: {"Cortex-X3", CoreNEON4},
	{0x41, 0xd82}: {"Cortex-X4", CoreNEON4},
	{0x41, 0xd85}: {"Cortex-X925", CoreNEON4},
	{0x51, 0x001}: {"Oryon", CoreNEON4},
	{0xc0, 0xac3}: {"Ampere-1", CoreNEON2},
}
