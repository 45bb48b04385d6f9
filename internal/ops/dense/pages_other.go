//go:build !linux

package dense

func preferHugePages([]float32) {}
