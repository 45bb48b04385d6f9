package infer

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"convx/internal/network"
	"convx/internal/tensor"
)

// builder makes programs for tests, value by value.
type builder struct{ p network.Program }

// in is an input of the program.
func (b *builder) in(name string, e tensor.Elem, shape ...int) int {
	v := b.value(name, shape)
	b.p.Inputs = append(b.p.Inputs, network.Port{Name: name, Value: v, Elem: e})
	return v
}

// weight is an array that the model holds.
func (b *builder) weight(name string, a *tensor.Array) int {
	v := b.value(name, a.Shape)
	b.p.Values[v].Weight = &network.Weight{
		Name: name, Elem: a.Elem, Shape: a.Shape, Bytes: a.Bytes(),
		Read: func() (*tensor.Array, error) { return a, nil },
	}
	return v
}

func (b *builder) value(name string, shape []int) int {
	b.p.Values = append(b.p.Values, network.Value{Name: name, Shape: shape})
	return len(b.p.Values) - 1
}

// op applies an operator: its output has this shape, nil if only a run tells.
func (b *builder) op(op, out string, shape []int, attributes map[string]any, in ...int) int {
	v := b.value(out, shape)
	b.p.Code = append(b.p.Code, instruction(op, out, attributes, []int{v}, in))
	return v
}

func instruction(op, name string, attributes map[string]any, out, in []int) network.Instruction {
	return network.Instruction{Name: name, Op: op, Version: 17, Attributes: attributes, In: in, Out: out, Node: network.None}
}

func (b *builder) out(name string, v int) {
	b.p.Outputs = append(b.p.Outputs, network.Port{Name: name, Value: v})
}

func (b *builder) prepare(t *testing.T, o Options) *Network {
	t.Helper()
	net, err := Prepare(context.Background(), &network.Graph{Program: &b.p}, o)
	if err != nil {
		t.Fatal(err)
	}
	return net
}

func run(t *testing.T, net *Network, feeds map[string]*tensor.Array) {
	t.Helper()
	if err := net.Run(context.Background(), feeds); err != nil {
		t.Fatal(err)
	}
}

func TestUnsupportedIsRefusedFirst(t *testing.T) {
	b := &builder{}
	x := b.in("x", tensor.Float32, 2)
	y := b.op("Identity", "y", []int{2}, nil, x)
	z := b.op("Nonsense", "first", nil, nil, y)
	z = b.op("Nonsense", "second", nil, nil, z)
	b.out("z", b.op("Other", "third", nil, nil, z))
	_, err := Prepare(context.Background(), &network.Graph{Program: &b.p}, Options{})
	var u *Unsupported
	if !errors.As(err, &u) || u.Operator != "Nonsense" || u.Nodes != 2 || u.First != "first" || u.Others != 1 {
		t.Errorf("the error is %v", err)
	}
}

func TestFeedsAreChecked(t *testing.T) {
	b := &builder{}
	b.out("y", b.op("Identity", "y", []int{2}, nil, b.in("x", tensor.Float32, 2)))
	net := b.prepare(t, Options{})
	for want, feeds := range map[string]map[string]*tensor.Array{
		"is not fed":        {},
		"takes float32":     {"x": tensor.ArrayOf([]int64{1, 2}, 2)},
		"is 2, and is fed ": {"x": tensor.ArrayOf([]float32{1, 2, 3}, 3)},
	} {
		if err := net.Run(context.Background(), feeds); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

// Values that live at the same time never share memory; views share their input's.
func TestPlacement(t *testing.T) {
	b := &builder{}
	x := b.in("x", tensor.Float32, 2, 8)
	a := b.op("Transpose", "a", []int{8, 2}, nil, x)
	v := b.op("Reshape", "v", []int{4, 4}, nil, a, b.weight("to", tensor.ArrayOf([]int64{4, 4}, 2)))
	c := b.op("Transpose", "c", []int{4, 4}, nil, v)
	d := b.op("Transpose", "d", []int{4, 4}, nil, c)
	b.out("y", b.op("Concat", "y", []int{8, 4}, map[string]any{"axis": int64(0)}, d, v))
	net := b.prepare(t, Options{})
	feed := make([]float32, 16)
	for i := range feed {
		feed[i] = float32(i)
	}
	for range 3 {
		run(t, net, map[string]*tensor.Array{"x": tensor.ArrayOf(feed, 2, 8)})
		got := tensor.Data[float32](net.Result(net.At[0]))
		want := []float32{0, 8, 1, 9, 2, 10, 3, 11, 4, 12, 5, 13, 6, 14, 7, 15}
		if !slices.Equal(got, slices.Concat(want, want)) {
			t.Fatalf("got %v", got)
		}
	}
	if net.values[v].place.of != a {
		t.Error("the reshape is a copy")
	}
	if limit := 5 * 64; net.ActivationBytes() > limit {
		t.Errorf("%d bytes of activations, of which at most %d live at once", net.ActivationBytes(), limit)
	}
}
