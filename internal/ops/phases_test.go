package ops

import (
	"context"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"convx/internal/layer"
	"convx/internal/tensor"
)

// scatter is the definition: each input element times the whole kernel, added into the output.
func scatter(p *Problem, x, weight, bias []float32) []float32 {
	out := make([]float32, p.N*p.O*p.OutPlane())
	cg, og := p.C/p.Groups, p.O/p.Groups
	for i := range out {
		if bias != nil {
			out[i] = bias[i/p.OutPlane()%p.O]
		}
	}
	for n := range p.N {
		for c := range p.C {
			for o := range og {
				for i := range p.InPlane() {
					for k := range p.Taps() {
						at, inside := 0, true
						pos := [3]int{i / p.In[2] / p.In[1], i / p.In[2] % p.In[1], i % p.In[2]}
						tap := [3]int{k / p.Kernel[2] / p.Kernel[1], k / p.Kernel[2] % p.Kernel[1], k % p.Kernel[2]}
						for a := range 3 {
							y := pos[a]*p.Stride[a] - p.Pads[a].Begin + tap[a]*p.Dilation[a]
							inside = inside && y >= 0 && y < p.Out[a]
							at = at*p.Out[a] + y
						}
						if inside {
							out[(n*p.O+c/cg*og+o)*p.OutPlane()+at] += x[(n*p.C+c)*p.InPlane()+i] * weight[(c*og+o)*p.Taps()+k]
						}
					}
				}
			}
		}
	}
	return out
}

func TestPhasesEqualScattering(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dims := rapid.IntRange(1, 3).Draw(t, "dims")
		per := func(name string, lo, hi int) []int {
			v := make([]int, dims)
			for i := range v {
				v[i] = rapid.IntRange(lo, hi).Draw(t, name)
			}
			return v
		}
		kernel, stride, dilation := per("kernel", 1, 5), per("stride", 1, 4), per("dilation", 1, 3)
		pads, extra := make([]layer.Pad, dims), make([]int, dims)
		for i := range pads {
			pads[i] = layer.Pad{Begin: rapid.IntRange(0, 6).Draw(t, "begin"), End: rapid.IntRange(0, 6).Draw(t, "end")}
			extra[i] = rapid.IntRange(0, max(stride[i], dilation[i])-1).Draw(t, "extra")
		}
		groups := rapid.SampledFrom([]int{1, 1, 2, 3}).Draw(t, "groups")
		c, o := groups*rapid.IntRange(1, 3).Draw(t, "c"), groups*rapid.IntRange(1, 3).Draw(t, "o")
		st := layer.Stage{Name: "transposed", Op: layer.Transposed{
			Window:        layer.Window{Kernel: kernel, Stride: stride, Dilation: dilation, Padding: layer.Padding{Pairs: pads}},
			OutputPadding: extra, OutChannels: o, Groups: groups, Bias: rapid.Bool().Draw(t, "bias"),
		}}
		in := append([]int{rapid.IntRange(1, 2).Draw(t, "n"), c}, per("in", 1, 9)...)
		p, err := newProblem(st, [][]int{in}, Options{Threads: rapid.IntRange(1, 2).Draw(t, "threads")})
		if err != nil {
			t.Skip(err)
		}
		s := tensor.NewStream(1, "phases")
		w := map[string]*tensor.Tensor[float32]{}
		for _, op := range st.Operands([][]int{in}) {
			w[op.Name] = tensor.New[float32](op.Shape...)
			tensor.FillInt(w[op.Name], s, -4, 4)
		}
		x := tensor.New[float32](in...)
		tensor.FillInt(x, s, -4, 4)
		bound, err := bind(p, w)
		if err != nil {
			t.Fatal(err)
		}
		r, err := newPhases(p, bound)
		if err != nil {
			t.Fatal(err)
		}
		want := scatter(p, x.Data, bound.Weight, bound.Bias)
		got := make([]float32, len(want))
		if err := r.run(context.Background(), got, [][]float32{x.Data}); err != nil {
			t.Fatal(err)
		}
		for i := range want {
			if diff := got[i] - want[i]; !(diff < 0.05 && diff > -0.05) {
				t.Fatalf("element %d: got %g, want %g", i, got[i], want[i])
			}
		}
	})
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
				p, err := newProblem(st, [][]int{in}, Options{Threads: threads})
				if err != nil {
					b.Fatal(err)
				}
				bound, _ := bind(p, w)
				r, err := newPhases(p, bound)
				if err != nil {
					b.Fatal(err)
				}
				out := make([]float32, p.N*p.O*p.OutPlane())
				for b.Loop() {
					r.run(context.Background(), out, [][]float32{x.Data})
				}
				b.ReportMetric(2*p.MACs()/float64(b.Elapsed().Nanoseconds())*float64(b.N), "GFLOP/s")
			})
		}
	}
}
