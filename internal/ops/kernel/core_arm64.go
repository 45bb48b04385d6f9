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

type arm64Machine struct {
	core   Core
	caches Caches
}

// machine asks the system once, when a layer is first planned.
var machine = sync.OnceValue(func() arm64Machine {
	m := arm64Machine{coreOf(processors()), cacheSizes()}
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
		part, known := arm64Parts[[2]uint32{midr >> 24 & 0xff, midr >> 4 & 0xfff}]
		switch {
		case midr>>24&0xff == implementerApple:
			part = CoreNEON4
		case !known:
			part = CoreNEON2
		}
		widest = max(widest, part)
	}
	if widest == 0 {
		return CoreNEON2
	}
	return widest
}

const implementerApple = 0x61

// arm64Parts lists the cores that differ from CoreNEON2, by implementer and part number.
var arm64Parts = map[[2]uint32]Core{
	{0x41, 0xd03}: CoreNEON1, // Cortex-A53
	{0x41, 0xd04}: CoreNEON1, // A35
	{0x41, 0xd05}: CoreNEON1, // A55
	{0x41, 0xd07}: CoreNEON1, // A57
	{0x41, 0xd08}: CoreNEON1, // A72
	{0x41, 0xd09}: CoreNEON1, // A73
	{0x41, 0xd0a}: CoreNEON1, // A75
	{0x41, 0xd46}: CoreNEON1, // A510
	{0x41, 0xd80}: CoreNEON1, // A520
	{0x41, 0xd40}: CoreNEON4, // Neoverse V1
	{0x41, 0xd4f}: CoreNEON4, // V2
	{0x41, 0xd84}: CoreNEON4, // V3
	{0x41, 0xd44}: CoreNEON4, // Cortex-X1
	{0x41, 0xd4c}: CoreNEON4, // X1C
	{0x41, 0xd48}: CoreNEON4, // X2
	{0x41, 0xd4e}: CoreNEON4, // X3
	{0x41, 0xd82}: CoreNEON4, // X4
	{0x41, 0xd85}: CoreNEON4, // X925
	{0x51, 0x001}: CoreNEON4, // Oryon
}
