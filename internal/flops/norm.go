package flops

import (
	"strconv"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/shape"
)

// norm, per element: "batch" at inference is a product and an addition. Those that compute statistics add to the mean,
// subtract it, square, add to the variance, and scale (5), then multiply and add if affine (2); the root and the
// divisions per group are not counted. "lrn" squares and adds its Size neighbours (2*Size - 1), scales, adds, takes a
// power and divides (4).
func norm(st layer.Stage, s shape.Stage) ([]cost, error) {
	n := st.Op.(layer.Norm)
	each := 0
	switch n.Func {
	case "batch":
		each = 2
	case "layer", "instance", "group":
		each = 5
		if n.Affine {
			each += 2
		}
	case "lrn":
		each = 2*n.Size + 3
	default:
		return nil, lang.Errorf("no rule for the norm %q; there is one for batch, layer, instance, group and lrn", n.Func)
	}
	return []cost{{extra: Sum{Term{by(strconv.Itoa(each), each)}.times(output(s.Output)...)}}}, nil
}
