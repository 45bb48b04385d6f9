package shape

import (
	"fmt"

	"convx/internal/layer"
)

// depthToSpace: every axis grows by its block, and the channels shrink by all of them.
func depthToSpace(op layer.Op, in [][]int) (Stage, error) {
	block, x := op.(layer.DepthToSpace).Block, in[0]
	if len(x) != len(block)+2 {
		return Stage{}, layer.Errorf("blocks of %s cannot be laid out from %s", layer.FormatShape(block), layer.FormatShape(x))
	}
	area, err := layer.Product(block...)
	if err != nil || area == 0 || x[1]%area != 0 {
		return Stage{}, layer.Errorf("%d channels are no whole number of blocks of %s", x[1], layer.FormatShape(block))
	}
	st := Stage{Output: []int{x[0], x[1] / area}}
	for i, name := range layer.AxisNames(len(block)) {
		out, err := layer.Product(x[2+i], block[i])
		if err != nil {
			return Stage{}, layer.Errorf("%s: %d blocks of %d are too many pixels", name, x[2+i], block[i])
		}
		st.Output = append(st.Output, out)
		st.Formulas = append(st.Formulas, Formula{Axis: name, Expression: fmt.Sprintf("%d * %d", x[2+i], block[i]), Value: out})
	}
	return st, nil
}
