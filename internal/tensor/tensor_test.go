package tensor

import (
	"encoding/binary"
	"errors"
	"hash/fnv"
	"math"
	"testing"
)

func TestSize(t *testing.T) {
	for _, c := range []struct {
		shape []int
		want  int
		fails bool
	}{
		{nil, 1, false},
		{[]int{2, 3, 4}, 24, false},
		{[]int{5, 0, 7}, 0, false},
		{[]int{3, -1}, 0, true},
		{[]int{1 << 30, 1 << 30, 1 << 30}, 0, true},
	} {
		n, err := Size(c.shape)
		if n != c.want || (err != nil) != c.fails {
			t.Errorf("Size(%v) = %d, %v", c.shape, n, err)
		}
	}
	if _, err := Size([]int{math.MaxInt, 2}); !errors.Is(err, ErrTooLarge) {
		t.Errorf("an overflowing shape gave %v", err)
	}
}

// The first draws are part of the interface: results of `run --seed` must not change between versions.
func TestStreamIsStable(t *testing.T) {
	s := NewStream(0, "weight")
	got := [3]float64{s.Uniform(), s.Uniform(), s.Uniform()}
	want := [3]float64{-0.8922387361526489, -0.24561798572540283, 0.6581971645355225}
	if got != want {
		t.Errorf("the stream of seed 0, weight starts %v, want %v", got, want)
	}
	if a, b := NewStream(0, "weight").Uint64(), NewStream(0, "bias").Uint64(); a == b {
		t.Error("two operands share a stream")
	}
}

func TestFillBounds(t *testing.T) {
	x := New[float32](4, 1000)
	FillUniform(x, NewStream(7, "x"), 0.5)
	var sum float64
	for _, v := range x.Data {
		if v < -0.5 || v >= 0.5 {
			t.Fatalf("%g is outside [-0.5, 0.5)", v)
		}
		sum += float64(v)
	}
	if mean := sum / 4000; math.Abs(mean) > 0.02 {
		t.Errorf("mean %g of a symmetric fill", mean)
	}
	FillInt(x, NewStream(7, "x"), -3, 3)
	seen := map[float32]bool{}
	for _, v := range x.Data {
		seen[v] = true
	}
	if len(seen) != 7 {
		t.Errorf("FillInt(-3, 3) drew %d different values", len(seen))
	}
}

// What is drawn is the same to the bit on every processor.
func TestFillsAreTheSameEverywhere(t *testing.T) {
	single, double := New[float32](100), New[float64](100)
	FillUniform(single, NewStream(1, "x"), math.Sqrt(3./7))
	FillUniform(double, NewStream(2, "x"), math.Sqrt(3./7))
	half, err := NewArray(Float16, 100)
	if err != nil {
		t.Fatal(err)
	}
	short, err := NewArray(BFloat16, 100)
	if err != nil {
		t.Fatal(err)
	}
	half.FillUniform(NewStream(3, "x"))
	short.FillUniform(NewStream(4, "x"))
	sum := fnv.New64a()
	for i := range 100 {
		values := []any{single.Data[i], double.Data[i], uint16(Data[F16](half)[i]), uint16(Data[BF16](short)[i])}
		for _, v := range values {
			if err := binary.Write(sum, binary.LittleEndian, v); err != nil {
				t.Fatal(err)
			}
		}
	}
	if got, want := sum.Sum64(), uint64(0xef3de4252c123d7c); got != want {
		t.Errorf("the sum is %#x, want %#x", got, want)
	}
}
