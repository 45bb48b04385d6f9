package ops

import (
	"encoding/binary"
	"hash/fnv"
	"testing"

	"convx/internal/shape"
	"convx/internal/tensor"
)

// Operands that are drawn are the same to the bit on every processor, whatever the kind of layer and the number of products that
// their scale follows from.
func TestOperandsAreTheSameEverywhere(t *testing.T) {
	sum := fnv.New64a()
	for _, text := range []string{
		"standard 3x9x9 out-channels=5 kernel=3", "transposed 7x5x5 out-channels=3 kernel=4 stride=2", "separable 6x9x9 out-channels=10 kernel=5",
		"inverted-residual 8x7x7 out-channels=8 kernel=3 padding=1", "deformable 4x7x7 out-channels=6 kernel=3 padding=1 modulated=true", "se 16x4x4",
	} {
		s, err := shape.Of(layerOf(t, text))
		if err != nil {
			t.Fatal(err)
		}
		single, double := map[string]*tensor.Tensor[float32]{}, map[string]*tensor.Tensor[float64]{}
		names, err := FillOperands(s, single, 1)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := FillOperands(s, double, 2); err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			for _, values := range []any{single[name].Data, double[name].Data} {
				if err := binary.Write(sum, binary.LittleEndian, values); err != nil {
					t.Fatal(err)
				}
			}
		}
	}
	if got, want := sum.Sum64(), uint64(0x515b127bd980636e); got != want {
		t.Errorf("the sum is %#x, want %#x", got, want)
	}
}
