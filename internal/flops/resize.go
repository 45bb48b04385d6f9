package flops

import (
	"strconv"

	"convx/internal/layer"
	"convx/internal/shape"
)

// resize: linear resampling mixes 2^d neighbours: that many products and one addition fewer, per output element.
// Coordinates and weights are found once per row and column, and are not counted. Nearest copies.
func resize(st layer.Stage, s shape.Stage) ([]cost, error) {
	if st.Op.(layer.Resize).Nearest {
		return []cost{{}}, nil
	}
	each := 2<<(len(s.Output)-2) - 1 // 3, 7, 15 in 1, 2, 3 dimensions
	return []cost{{extra: Sum{Term{by(strconv.Itoa(each), each)}.times(output(s.Output)...)}}}, nil
}
