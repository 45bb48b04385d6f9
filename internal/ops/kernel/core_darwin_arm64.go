//go:build !purego

package kernel

import "golang.org/x/sys/unix"

// processors are all Apple's.
func processors() []uint32 { return []uint32{implementerApple << 24} }

// cacheSizes asks for the second-level cache of the performance cores, which share it; there is none above that programs
// are told of.
func cacheSizes() (c Caches) {
	size := number("hw.perflevel0.l2cachesize")
	return Caches{Second: size / max(1, number("hw.perflevel0.cpusperl2")), Last: size}
}

// number is a variable of the system, of four bytes or eight, 0 if there is none.
func number(name string) int {
	if v, err := unix.SysctlUint64(name); err == nil {
		return int(v)
	}
	v, _ := unix.SysctlUint32(name)
	return int(v)
}

func processorName([]uint32) string {
	name, _ := unix.Sysctl("machdep.cpu.brand_string")
	return name
}
