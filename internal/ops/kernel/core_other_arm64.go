//go:build !purego && !linux && !darwin

package kernel

func processors() []uint32 { return nil }

func cacheSizes() Caches { return Caches{} }

func processorName([]uint32) string { return "" }
