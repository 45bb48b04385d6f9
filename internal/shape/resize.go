package shape

import (
	"fmt"
	"math"
	"strconv"

	"convx/internal/layer"
)

// resize: out = floor(in * scale), as PyTorch and ONNX round it; Size sets the output itself.
func resize(op layer.Op, in [][]int) (Stage, error) {
	r := op.(layer.Resize)
	x := in[0]
	if len(x) != max(len(r.Scale), len(r.Size))+2 {
		return Stage{}, layer.Errorf("resizing %d spatial axes cannot read %s", max(len(r.Scale), len(r.Size)), layer.FormatShape(x))
	}
	st := Stage{Output: []int{x[0], x[1]}}
	if r.Size != nil {
		st.Output = append(st.Output, r.Size...)
		return st, nil
	}
	axes := layer.AxisNames(len(r.Scale))
	for i, n := range x[2:] {
		out := math.Floor(float64(n) * r.Scale[i])
		factor := strconv.FormatFloat(r.Scale[i], 'g', -1, 64)
		if out < 1 || out > MaxOutput {
			return Stage{}, layer.Errorf("%s: scaling %d by %s leaves %g pixels", axes[i], n, factor, out).Hint("change --scale")
		}
		st.Output = append(st.Output, int(out))
		st.Formulas = append(st.Formulas, Formula{Axis: axes[i], Expression: fmt.Sprintf("floor(%d * %s)", n, factor), Value: int(out)})
	}
	return st, nil
}
