package bench

import (
	"testing"
	"time"

	"convx/internal/ops"
)

// BenchmarkLayers times a small layer of each kind on one thread, by its best run, where no convx bench is: under Node.
func BenchmarkLayers(b *testing.B) {
	entries, err := readSuite("layers", []byte(`layers:
  - {name: pointwise, variant: standard, input: 64x14x14, out_channels: 64, kernel: 1}
  - {name: winograd, variant: standard, input: 32x14x14, out_channels: 32, kernel: 3, padding: 1}
  - {name: stride, variant: standard, input: 32x28x28, out_channels: 32, kernel: 3, stride: 2, padding: 1}
  - {name: grouped, variant: grouped, input: 64x28x28, out_channels: 64, kernel: 3, padding: 1, groups: 16}
  - {name: depthwise, variant: depthwise, input: 32x56x56, kernel: 3, padding: 1}
  - {name: depthwise.s2, variant: depthwise, input: 32x56x56, kernel: 3, stride: 2, padding: 1}
  - {name: depthwise.5x5, variant: depthwise, input: 64x28x28, kernel: 5, padding: 2}
  - {name: depthwise.dilated, variant: depthwise, input: 64x28x28, kernel: 3, padding: 2, dilation: 2}
  - {name: transposed, variant: transposed, input: 32x14x14, out_channels: 32, kernel: 4, stride: 2, padding: 1}
  - {name: deformable, variant: deformable, input: 32x14x14, out_channels: 32, kernel: 3, padding: 1}
  - {name: inverted-residual, variant: inverted-residual, input: 16x14x14, out_channels: 16, kernel: 3, padding: 1, expansion: 6}
`))
	if err != nil {
		b.Fatal(err)
	}
	peak := MeasureMachine(1).PeakGFLOPS
	for _, e := range entries {
		b.Run(e.Name, func(b *testing.B) {
			p, err := Prepare(e, Options{Options: ops.Options{Threads: 1}})
			if err != nil {
				b.Fatal(err)
			}
			for b.Loop() {
				if err := p.Time(b.Context(), 60*time.Millisecond); err != nil {
					b.Fatal(err)
				}
			}
			rate := float64(p.Cost.FLOPs) / float64(p.Min.Nanoseconds())
			b.ReportMetric(rate, "GFLOP/s")
			b.ReportMetric(100*rate/peak, "%peak")
		})
	}
}
