//go:build (!amd64 && !arm64) || purego

package kernel

var isas = []ISA{Generic}
