package flops

import (
	"errors"
	"math"
	"testing"

	"pgregory.net/rapid"

	"convx/internal/layer"
)

// elements by bit, rounded up to bytes: the definition.
func literalBytes(n, bits int64) int64 { return (n*bits + 7) / 8 }

var widths = map[Elem]int64{Float32: 32, Float16: 16, BFloat16: 16, Int8: 8, Int4: 4}

func TestBytesOfElements(t *testing.T) {
	for _, e := range Elems() {
		for n := range int64(40) {
			if got, err := e.Bytes(n); err != nil || got != literalBytes(n, widths[e]) {
				t.Errorf("%d of %s: %d, %v", n, e, got, err)
			}
		}
	}
	if n, err := Int4.Bytes(math.MaxInt64); err != nil || n != math.MaxInt64/2+1 {
		t.Errorf("%d, %v", n, err)
	}
	if _, err := Float16.Bytes(math.MaxInt64); !errors.Is(err, layer.ErrOverflow) {
		t.Errorf("got %v", err)
	}
	if Elem("int64").As(Int8) != "int64" || Elem("uint8").As(Int4) != Int4 || Float16.As("") != Float16 || Elem("").As(Int8) != Int8 {
		t.Error("a type that was asked for replaces real numbers alone")
	}
}

// Types change bytes and nothing else: each row's are those of its parameters and tensors, and the total is their sum.
func TestTypesAgainstTheDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		name := rapid.SampledFrom([]string{"separable", "standard", "inverted-residual", "transposed", "deformable"}).Draw(t, "variant")
		r := shapeOf(t, name, "input=3x7x9 kernel=3 padding=1")
		types := Types{rapid.SampledFrom(Elems()).Draw(t, "weights"), rapid.SampledFrom(Elems()).Draw(t, "activations")}
		plain, err := Of(r)
		if err != nil {
			t.Fatal(err)
		}
		c, err := types.Of(r)
		if err != nil {
			t.Fatal(err)
		}
		var weights, activations int64
		for i, row := range c.Rows {
			want := literalBytes(row.Params, widths[types.Weights])
			if row.WeightBytes != want || row.MACs != plain.Rows[i].MACs || row.FLOPs != plain.Rows[i].FLOPs {
				t.Fatalf("%+v under %+v, want %d weight bytes", row, types, want)
			}
			weights, activations = weights+want, activations+row.ActivationBytes
		}
		literal := 0
		for _, s := range r.Stages {
			for _, tensor := range append([][]int{s.Output}, s.Inputs...) {
				n := 1
				for _, d := range tensor {
					n *= d
				}
				literal += int(literalBytes(int64(n), widths[types.Activations]))
			}
		}
		if c.Total.WeightBytes != weights || c.Total.ActivationBytes != activations || activations != int64(literal) {
			t.Fatalf("total %+v, want %d and %d", c.Total, weights, literal)
		}
	})
}

func TestBitOperations(t *testing.T) {
	r := shapeOf(t, "separable", "input=3x7x9 kernel=3")
	c := named(t, "bitops")
	_, macs, err := named(t, "mac").Of(r)
	if err != nil {
		t.Fatal(err)
	}
	for types, each := range map[Types]int64{{}: 1024, {Int8, Int8}: 64, {Int4, Int8}: 32, {Weights: Int4}: 128} {
		if _, got, err := c.In(types).Of(r); err != nil || got != each*macs {
			t.Errorf("%+v: %d, %v, want %d", types, got, err, each*macs)
		}
		if n, err := c.In(types).OfMACs(7); err != nil || n != 7*each {
			t.Errorf("%+v: %d of 7 MACs", types, n)
		}
	}
	if got := named(t, "mac").In(Types{Int4, Int4}); got.perMAC != 1 {
		t.Error("MACs have no bits")
	}
}
