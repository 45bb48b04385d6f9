//go:build !linux

package problem

func preferHugePages([]float32, bool) {}
