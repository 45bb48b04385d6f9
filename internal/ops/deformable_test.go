package ops

import (
	"math"
	"testing"

	"pgregory.net/rapid"

	"convx/internal/ops/deformable"
	"convx/internal/tensor"
)

// TestSampledKeepsFewRows keeps as few as one row of the input, so that most samples are of rows that are not kept.
func TestSampledKeepsFewRows(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawDeformable(t)
		p, in, weights, w := bound(t, d)
		var data [][]float32
		for _, x := range in {
			data = append(data, x.Data)
		}
		want := runOn(t, d, in, weights, Options{Algorithm: referenceName}, false)
		most := rapid.IntRange(1, p.In[1]).Draw(t, "rows")
		r, got := deformable.NewSampledKeeping(p, w, most), tensor.New[float32](p.Output...)
		for range 2 {
			for i := range got.Data {
				got.Data[i] = float32(math.NaN())
			}
			if err := r.Run(t.Context(), got.Data, data); err != nil {
				t.Fatal(err)
			}
			if i := differs(got, want); i >= 0 {
				t.Fatalf("%s, %d rows kept: output %d is %v, the reference says %v", d, most, i, got.Data[i], want.Data[i])
			}
		}
	})
}
