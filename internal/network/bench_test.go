package network

import (
	"fmt"
	"strings"
	"testing"
)

// literal writes a network of n layers, one a line, of so many different kinds.
func literal(n, kinds int) []byte {
	var b strings.Builder
	b.WriteString("input: 8x32x32\nlayers:\n")
	for i := range n {
		switch k := i / 2 % kinds; {
		case i%2 == 1:
			b.WriteString("  - relu\n")
		default:
			fmt.Fprintf(&b, "  - {variant: standard, out_channels: %d, kernel: 3, padding: 1}\n", 8+k)
		}
	}
	return []byte(b.String())
}

// BenchmarkLayers reads and counts 100,000 layers: of one kind, all different, and by repeats.
func BenchmarkLayers(b *testing.B) {
	const n = 100_000
	for _, c := range []struct {
		name string
		data []byte
	}{
		{"alike", literal(n, 1)},
		{"different", literal(n, n)},
		{"repeated", fmt.Appendf(nil, "input: 8x32x32\nblocks: {b: {layers: [{variant: standard, padding: 1}, relu]}}\nlayers: [{block: b, repeat: %d}]\n", n/2)},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.SetBytes(int64(len(c.data)))
			for b.Loop() {
				g, err := Parse("big.yaml", c.data)
				if err != nil {
					b.Fatal(err)
				}
				r, err := Evaluate(g, Options{})
				if err != nil {
					b.Fatal(err)
				}
				if len(r.Counted()) != n {
					b.Fatalf("%d layers", len(r.Counted()))
				}
			}
			b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "layers/s")
		})
	}
}
