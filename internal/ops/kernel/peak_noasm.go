//go:build !amd64 || purego

package kernel

func (l Level) peak(n int) { peakGeneric(n) }
