//go:build !linux

package problem

func preferLargePages([]byte) {}
