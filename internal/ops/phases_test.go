package ops

import (
	"context"
	"fmt"
	"testing"

	"convx/internal/layer"
	"convx/internal/tensor"
)

func BenchmarkTransposed(b *testing.B) {
	for _, c := range []struct {
		name                     string
		in, out, size, k, s, pad int
	}{{"dcgan.t4s2", 512, 256, 8, 4, 2, 1}, {"unet.t2s2", 128, 64, 56, 2, 2, 0}, {"fcn.t16s8", 21, 21, 28, 16, 8, 4}} {
		st := layer.Stage{Name: "t", Op: layer.Transposed{
			Window:        layer.Window{Kernel: []int{c.k, c.k}, Stride: []int{c.s, c.s}, Dilation: []int{1, 1}, Padding: layer.Padding{Pairs: []layer.Pad{{Begin: c.pad, End: c.pad}, {Begin: c.pad, End: c.pad}}}},
			OutputPadding: []int{0, 0}, OutChannels: c.out, Groups: 1, Bias: true,
		}}
		in := []int{1, c.in, c.size, c.size}
		for _, threads := range []int{1, 2} {
			b.Run(fmt.Sprintf("%s/threads=%d", c.name, threads), func(b *testing.B) {
				s := tensor.NewStream(1, "bench")
				w := map[string]*tensor.Tensor[float32]{}
				for _, op := range st.Operands([][]int{in}) {
					w[op.Name] = tensor.New[float32](op.Shape...)
					tensor.FillUniform(w[op.Name], s, 1)
				}
				x := tensor.New[float32](in...)
				tensor.FillUniform(x, s, 1)
				plan, err := Prepare(st, [][]int{in}, w, Options{Threads: threads})
				if err != nil {
					b.Fatal(err)
				}
				out := tensor.New[float32](plan.Output...)
				for b.Loop() {
					plan.Run(context.Background(), out, x)
				}
				flops := 2 * float64(c.in*c.size*c.size) * float64(c.out*c.k*c.k)
				b.ReportMetric(flops*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "GFLOP/s")
				b.Logf("%s", plan.Algorithm)
			})
		}
	}
}
