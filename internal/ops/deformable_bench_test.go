package ops

import (
	"context"
	"testing"

	"convx/internal/layer"
	"convx/internal/tensor"
)

// BenchmarkDeformable is a deformable convolution on given offsets of about a pixel.
func BenchmarkDeformable(b *testing.B) {
	s := layer.Spec{Variant: "deformable", Input: []int{256, 28, 28}, GivenOffset: true}
	s.Set("padding", "1")
	l, err := layer.Build(s)
	if err != nil {
		b.Fatal(err)
	}
	st := l.Stages[0]
	in := [][]int{{1, 256, 28, 28}, {1, 18, 28, 28}}
	stream := tensor.NewStream(1, "bench")
	w := map[string]*tensor.Tensor[float32]{}
	for _, op := range st.Operands(in) {
		w[op.Name] = tensor.New[float32](op.Shape...)
		tensor.FillUniform(w[op.Name], stream, 1)
	}
	x, offset := tensor.New[float32](in[0]...), tensor.New[float32](in[1]...)
	tensor.FillUniform(x, stream, 1)
	tensor.FillUniform(offset, stream, 2)
	plan, err := Prepare(st, in, w, Options{Threads: 1})
	if err != nil {
		b.Fatal(err)
	}
	out := tensor.New[float32](plan.Output...)
	for b.Loop() {
		plan.Run(context.Background(), out, x, offset)
	}
	b.ReportMetric(2*256*784*2304*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "GFLOP/s")
}
