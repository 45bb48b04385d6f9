package gradient

import (
	"math/rand/v2"
	"slices"
	"testing"

	"convx/internal/infer"
	"convx/internal/network"
	"convx/internal/tensor"
)

// The box holds its share of the influence, and no shorter range of rows or columns does.
func TestBoxIsTheShortest(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 9))
	for range 200 {
		v := make([]float64, 1+r.IntN(12))
		total := 0.0
		for i := range v {
			if r.IntN(3) > 0 {
				v[i] = float64(r.IntN(5))
			}
			total += v[i]
		}
		if total == 0 {
			continue
		}
		best := len(v)
		for begin := range v {
			sum := 0.0
			for end := begin; end < len(v); end++ {
				if sum += v[end]; sum >= 0.75*total {
					best = min(best, end+1-begin)
				}
			}
		}
		got, sum := shortest(v, 0.75), 0.0
		for _, x := range v[got[0]:got[1]] {
			sum += x
		}
		if got[1]-got[0] != best || sum < 0.75*total {
			t.Fatalf("%v: %v holds %g of %g, and %d would do", v, got, sum, total, best)
		}
	}
}

// One convolution of one channel: the influence of a pixel is the magnitude of the weight that meets it, and nothing else has any.
// Behind a ReLU that is off in the middle it is that of the nearest output that is on.
func TestInfluenceOfOneConvolution(t *testing.T) {
	p := program(t, "input: 2x8x8\nlayers:\n  - {variant: standard, name: conv, out_channels: 1, kernel: 3, bias: false}\n  - {op: relu, name: on}\n", 4)
	var weight []float32
	for _, v := range p.Values {
		if v.Weight != nil {
			a, err := v.Weight.Read()
			if err != nil {
				t.Fatal(err)
			}
			weight = tensor.Data[float32](a)
		}
	}
	x := tensor.ArrayOf(make([]float32, 2*64), 1, 2, 8, 8)
	m, err := Influence(t.Context(), p, "conv", "input", false, map[string]*tensor.Array{"input": x}, infer.Options{Threads: 1})
	if err != nil {
		t.Fatal(err)
	}
	for i, v := range m.Data {
		y, c := i/8-m.Row, i%8-m.Column
		want := 0.0
		if y >= 0 && y < 3 && c >= 0 && c < 3 {
			for k := range 2 {
				want += abs(weight[k*9+y*3+c])
			}
		}
		if d := v - want; d > 1e-6 || d < -1e-6 {
			t.Errorf("pixel %d, %d: %g, want %g", i/8, i%8, v, want)
		}
	}
	// Make only the output at row 1, column 2 positive: its own weights under it.
	data := tensor.Data[float32](x)
	for k := range 2 {
		for y := range 3 {
			for c := range 3 {
				data[k*64+(1+y)*8+2+c] += weight[k*9+y*3+c]
			}
		}
	}
	if m, err = Influence(t.Context(), p, "on", "input", false, map[string]*tensor.Array{"input": x}, infer.Options{Threads: 1}); err != nil {
		t.Fatal(err)
	}
	if m.Total() == 0 {
		t.Errorf("nothing comes back from %s", m.Of)
	}
}

// A network of other floats has the influence, and hangs on the channels, of the same numbers in float32.
func TestOtherFloatsAreTakenAsFloat32(t *testing.T) {
	narrow := func(a *tensor.Array, elem tensor.Elem) *tensor.Array {
		data := tensor.Data[float32](a)
		switch elem {
		case tensor.Float16:
			return each(data, a.Shape, tensor.ToF16)
		case tensor.BFloat16:
			return each(data, a.Shape, tensor.ToBF16)
		}
		return each(data, a.Shape, func(v float32) float64 { return float64(v) })
	}
	for _, elem := range []tensor.Elem{tensor.Float16, tensor.BFloat16, tensor.Float64} {
		var maps [2]Map
		var outs [2]Ablation
		x := narrow(draws(rand.New(rand.NewPCG(1, 1)), []int{1, 2, 8, 8}), elem)
		for i := range maps {
			p := program(t, "input: 2x8x8\nlayers:\n  - {variant: standard, name: conv, out_channels: 3, kernel: 3}\n  - {op: relu, name: on}\n  - {op: linear, out_features: 4}\n", 4)
			in := x
			for v := range p.Values {
				w := p.Values[v].Weight
				if w == nil || w.Elem != tensor.Float32 {
					continue
				}
				a, err := w.Read()
				if err != nil {
					t.Fatal(err)
				}
				if a = narrow(a, elem); i == 1 {
					a = widenedArray(a)
				}
				p.Values[v].Weight = &network.Weight{Name: w.Name, Elem: a.Elem, Shape: w.Shape, Bytes: a.Bytes(), Read: func() (*tensor.Array, error) { return a, nil }}
			}
			if p.Inputs[0].Elem = elem; i == 1 {
				p.Inputs[0].Elem, in = tensor.Float32, widenedArray(x)
			}
			var err error
			feeds := map[string]*tensor.Array{"input": in}
			if maps[i], err = Influence(t.Context(), p, "on", "input", false, feeds, infer.Options{Threads: 1}); err != nil {
				t.Fatalf("%v: %v", elem, err)
			}
			if outs[i], err = Ablate(t.Context(), p, "on", feeds, infer.Options{Threads: 1}); err != nil {
				t.Fatalf("%v: %v", elem, err)
			}
		}
		if !slices.Equal(maps[0].Data, maps[1].Data) || maps[0].Total() == 0 || !slices.Equal(outs[0].Without, outs[1].Without) {
			t.Errorf("%v: influence %v, not %v; without channels %v, not %v", elem, maps[0].Data, maps[1].Data, outs[0].Without, outs[1].Without)
		}
	}
}

func each[T tensor.Item](data []float32, shape []int, to func(float32) T) *tensor.Array {
	out := make([]T, len(data))
	for i, v := range data {
		out[i] = to(v)
	}
	return tensor.ArrayOf(out, shape...)
}

func abs(v float32) float64 {
	if v < 0 {
		v = -v
	}
	return float64(v)
}

// Floats of another size on the way are float32 too.
func TestCastsOnTheWay(t *testing.T) {
	p := &network.Program{
		Values: []network.Value{{Name: "x", Shape: []int{1, 1, 4, 4}}, {Name: "half", Shape: []int{1, 1, 4, 4}}, {Name: "on", Shape: []int{1, 1, 4, 4}}, {Name: "y", Shape: []int{1, 1, 4, 4}}},
		Inputs: []network.Port{{Name: "x", Value: 0, Elem: tensor.Float32}},
		Code: []network.Instruction{
			{Name: "cast", Op: "Cast", Version: 13, Attributes: attributes{"to": int64(10)}, In: []int{0}, Out: []int{1}},
			{Name: "relu", Op: "Relu", Version: 13, In: []int{1}, Out: []int{2}},
			{Name: "back", Op: "Cast", Version: 13, Attributes: attributes{"to": int64(1)}, In: []int{2}, Out: []int{3}},
		},
	}
	x := tensor.ArrayOf(slices.Repeat([]float32{1}, 16), 1, 1, 4, 4)
	for _, code := range []int64{1, 10, 11, 16} {
		p.Code[0].Attributes["to"] = code
		m, err := Influence(t.Context(), p, "back", "x", false, map[string]*tensor.Array{"x": x}, infer.Options{Threads: 1})
		if err != nil || m.Total() != 1 || m.Data[10] != 1 {
			t.Errorf("cast to %d: %v, %v", code, m.Data, err)
		}
		if p.Code[0].Attributes["to"] != code {
			t.Error("the program itself was changed")
		}
	}
}

// In a mean of maps each has the same say, however large its gradients are.
func TestMeanOfMaps(t *testing.T) {
	m := Mean([]Map{{Height: 1, Width: 2, Data: []float64{30, 10}, Row: 3}, {Height: 1, Width: 2, Data: []float64{0, 2}, Row: 3}})
	if m.Row != 3 || m.Data[0] != 0.375 || m.Data[1] != 0.625 {
		t.Errorf("%+v", m)
	}
}
