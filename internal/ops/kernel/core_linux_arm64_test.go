//go:build !purego

package kernel

import (
	"slices"
	"testing"
)

func TestCoresOfProcessors(t *testing.T) {
	const pi5 = "processor\t: 0\nBogoMIPS\t: 108.00\nCPU implementer\t: 0x41\nCPU architecture: 8\nCPU variant\t: 0x4\nCPU part\t: 0xd0b\n\n" +
		"processor\t: 1\nCPU implementer\t: 0x41\nCPU part\t: 0xd0b\n"
	if got := midrsOf(pi5); !slices.Equal(got, []uint32{0x4100d0b0, 0x4100d0b0}) {
		t.Errorf("midrs of /proc/cpuinfo are %#x", got)
	}
	if got := processorName(append(midrsOf(pi5), 0x410fd034)); got != "Cortex-A76" {
		t.Errorf("its name is %q", got)
	}
	for _, c := range []struct {
		midrs []uint32
		want  Core
	}{
		{nil, CoreNEON2},
		{[]uint32{0x410fd034}, CoreNEON1},
		{[]uint32{0x413fd0c1}, CoreNEON2},
		{[]uint32{0x411fd401}, CoreNEON4},
		{[]uint32{0x411fd050, 0x411fd050, 0x411fd440}, CoreNEON4}, // small ones and a large one
		{[]uint32{0x611f0220}, CoreNEON4},
		{[]uint32{0xff000000}, CoreNEON2},
	} {
		if got := coreOf(c.midrs); got != c.want {
			t.Errorf("the core of %#x is %d, want %d", c.midrs, got, c.want)
		}
	}
}

func TestCacheSizesAreRead(t *testing.T) {
	for s, want := range map[string]int{"64K": 64 << 10, "8M": 8 << 20, "512": 512, "": 0, "many": 0} {
		if got := bytesOf(s); got != want {
			t.Errorf("%q is %d bytes, want %d", s, got, want)
		}
	}
	for s, want := range map[string]int{"0": 1, "0-3": 4, "0-1,8-9,12": 5, "": 0, "x-y": 0} {
		if got := listed(s); got != want {
			t.Errorf("%q lists %d processors, want %d", s, got, want)
		}
	}
	if c := MachineCaches(); c.Second <= 0 || c.Last < c.Second {
		t.Errorf("caches are %+v", c)
	}
	if c := (Caches{Second: 256 << 10}); c.Within(256<<10) != 64<<10 {
		t.Errorf("of a quarter of the cache %d bytes are used", c.Within(256<<10))
	}
}
