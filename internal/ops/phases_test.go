package ops

import (
	"context"
	"fmt"
	"testing"

	"convx/internal/layer"
	"convx/internal/tensor"
)

// TestPhasesAreExact takes a kernel so large that its one phase would be quickest by FFT, which rounds.
func TestPhasesAreExact(t *testing.T) {
	five := layer.Pad{Begin: 5, End: 5}
	d := drawnOf(layer.Transposed{
		Window:        layer.Window{Kernel: []int{11, 11}, Stride: []int{1, 1}, Dilation: []int{1, 1}, Padding: layer.Padding{Pairs: []layer.Pad{five, five}}},
		OutputPadding: []int{0, 0}, OutChannels: 16, Groups: 1,
	}, []int{1, 16, 20, 20})
	in, weights := integers[float32](d, 1)
	var outs []*tensor.Tensor[float32]
	for _, name := range []string{"phases", referenceName} {
		plan, err := Prepare(d.stage, d.in, weights, Options{Algorithm: name})
		if err != nil {
			t.Fatal(err)
		}
		out := tensor.New[float32](plan.Output...)
		if err := plan.Run(t.Context(), out, in...); err != nil {
			t.Fatal(err)
		}
		outs = append(outs, out)
	}
	if i := differs(outs[0], outs[1]); i >= 0 {
		t.Errorf("output %d is %v, the reference says %v", i, outs[0].Data[i], outs[1].Data[i])
	}
}

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
