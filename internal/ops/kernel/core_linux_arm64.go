//go:build !purego

package kernel

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

const systemCPUs = "/sys/devices/system/cpu"

// processors returns the MIDR of each processor, as far as the kernel tells: by /sys or else by /proc/cpuinfo.
func processors() (midrs []uint32) {
	files, _ := filepath.Glob(systemCPUs + "/cpu[0-9]*/regs/identification/midr_el1")
	for _, f := range files {
		text, _ := os.ReadFile(f)
		if v, err := strconv.ParseUint(strings.TrimSpace(string(text)), 0, 64); err == nil {
			midrs = append(midrs, uint32(v))
		}
	}
	if len(midrs) > 0 {
		return midrs
	}
	info, _ := os.ReadFile("/proc/cpuinfo")
	return midrsOf(string(info))
}

// processorName names the design of the widest.
func processorName(midrs []uint32) string {
	widest := arm64Part{}
	for _, midr := range midrs {
		if p := partOf(midr); p.core > widest.core {
			widest = p
		}
	}
	return widest.name
}

// midrsOf reads /proc/cpuinfo, where each processor has a line of its implementer before one of its part.
func midrsOf(info string) (midrs []uint32) {
	implementer := uint64(0)
	for line := range strings.Lines(info) {
		key, value, _ := strings.Cut(line, ":")
		v, err := strconv.ParseUint(strings.TrimSpace(value), 0, 32)
		switch key = strings.TrimSpace(key); {
		case err != nil:
		case key == "CPU implementer":
			implementer = v
		case key == "CPU part":
			midrs = append(midrs, uint32(implementer<<24|v<<4))
		}
	}
	return midrs
}

// cacheSizes asks /sys for the caches of the first processor; what it does not know stays zero.
func cacheSizes() (c Caches) {
	caches, _ := filepath.Glob(systemCPUs + "/cpu0/cache/index[0-9]*")
	for _, dir := range caches {
		read := func(name string) string {
			text, _ := os.ReadFile(filepath.Join(dir, name))
			return strings.TrimSpace(string(text))
		}
		size := bytesOf(read("size"))
		switch level := read("level"); {
		case level == "2":
			c.Second = size / max(1, listed(read("shared_cpu_list")))
			c.Last = max(c.Last, size)
		case level >= "3":
			c.Last = max(c.Last, size)
		}
	}
	return c
}

// bytesOf reads a size such as 1024K or 8M.
func bytesOf(s string) int {
	digits := strings.TrimRight(s, "KMG")
	n, err := strconv.Atoi(digits)
	if err != nil {
		return 0
	}
	return n << map[string]int{"K": 10, "M": 20, "G": 30}[s[len(digits):]]
}

// listed counts a list of processors such as 0-3,8.
func listed(s string) (n int) {
	for part := range strings.SplitSeq(s, ",") {
		from, to, isRange := strings.Cut(part, "-")
		a, err := strconv.Atoi(from)
		if err != nil {
			continue
		}
		b := a
		if isRange {
			if b, err = strconv.Atoi(to); err != nil {
				continue
			}
		}
		n += b - a + 1
	}
	return n
}
