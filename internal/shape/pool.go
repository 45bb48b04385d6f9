package shape

import (
	"fmt"

	"convx/internal/layer"
)

// pool: a window's output size, channel by channel; global pooling makes every spatial axis 1.
func pool(op layer.Op, in [][]int) (Stage, error) {
	p := op.(layer.Pool)
	x := in[0]
	if len(x) < 3 {
		return Stage{}, layer.Errorf("pooling needs spatial axes, not %s", layer.FormatShape(x))
	}
	st := Stage{Output: []int{x[0], x[1]}}
	switch {
	case p.Global:
		for range x[2:] {
			st.Output = append(st.Output, 1)
		}
		return st, nil
	case p.Adaptive != nil:
		if len(p.Adaptive) != len(x)-2 {
			return Stage{}, layer.Errorf("adaptive pooling to %s cannot read %s", layer.FormatShape(p.Adaptive), layer.FormatShape(x))
		}
		st.Output = append(st.Output, p.Adaptive...)
		return st, nil
	}
	if err := checkInput("pooling", x, len(p.Kernel), 1); err != nil {
		return Stage{}, err
	}
	if err := slide(p.Window, x[2:], &st); err != nil {
		return Stage{}, err
	}
	if p.CeilMode {
		ceil(p, x[2:], &st)
	}
	return st, nil
}

// ceilSize rounds room/stride up, unless the extra window would start in the end padding (as PyTorch and ONNX do).
func ceilSize(room, in int, pad layer.Pad, stride int) int {
	out := (room+stride-1)/stride + 1
	if (out-1)*stride >= in+pad.Begin {
		out--
	}
	return out
}

// ceil puts the sizes that are rounded up in the place of the others.
func ceil(p layer.Pool, in []int, st *Stage) {
	st.Notes = nil
	for i, n := range in {
		pad, s := st.Pads[i], p.Stride[i]
		room := n + pad.Begin + pad.End - Effective(p.Kernel[i], p.Dilation[i])
		out := ceilSize(room, n, pad, s)
		st.Output[2+i] = out
		f := &st.Formulas[i]
		f.Expression, f.Value = fmt.Sprintf("ceil((%d + %d + %d - %d*(%d-1) - 1) / %d) + 1", n, pad.Begin, pad.End, p.Dilation[i], p.Kernel[i], s), out
	}
}
