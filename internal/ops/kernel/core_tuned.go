//go:build !arm64 || purego

package kernel

// Core returns what the instruction set runs on here.
func (l ISA) Core() Core { return Core(l) }

// MachineCaches returns the caches of this machine.
func MachineCaches() Caches { return tunedCaches }

// Processor names the design of this machine's processor, or is empty: systems tell more than is known here.
func Processor() string { return "" }
