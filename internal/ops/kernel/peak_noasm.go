//go:build (!amd64 && !arm64) || purego

package kernel

func (l ISA) peak(n int) { peakGeneric(n) }
