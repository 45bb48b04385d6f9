package flops

import (
	"convx/internal/layer"
	"convx/internal/shape"
)

// Backward is what the gradients of a primitive cost, in multiply-accumulates of the definition: padded taps included, biases not.
// By its inputs (and offsets): what leaves for the layers before. By its weights: what the optimiser reads.
type Backward struct{ ByInput, ByWeight int64 }

// BackwardOf counts the gradients of one primitive of this shape. Each multiply-accumulate y += w*x of the forward loops has two
// of its own, dx += w*dy and dw += x*dy, so each gradient costs what the output did. Errors wrap layer.ErrOverflow.
func BackwardOf(st layer.Stage, s shape.Stage) (Backward, error) {
	c, err := own(st.Op, s)
	if err != nil || c.macs == nil {
		return Backward{}, err
	}
	n, err := Sum{c.macs}.Value()
	return Backward{n, n}, err
}

// Saved is what a primitive needs again for its gradients: which inputs, its output, and bytes beside them.
type Saved struct {
	Inputs []int
	Output bool
	Bytes  int64
}

// savesOutput are the functions whose derivative follows from what came out; that of the others follows from what went in.
var savesOutput = map[string]bool{"relu": true, "sigmoid": true, "tanh": true, "softmax": true, "elu": true}

const (
	indexBytes     = 8 // the place of a maximum, as a 64-bit integer
	statisticBytes = 4 // a mean, or the inverse of a deviation, in float32
)

// SavedBy says what a primitive saves. trained says that it has weights which are trained.
func SavedBy(st layer.Stage, s shape.Stage) (Saved, error) {
	all := func() (v Saved) {
		for i := range s.Inputs {
			v.Inputs = append(v.Inputs, i)
		}
		return v
	}
	switch op := st.Op.(type) {
	case layer.Conv, layer.Transposed, layer.Linear:
		return Saved{Inputs: []int{0}}, nil
	case layer.Deformable, layer.Scale:
		return all(), nil
	case layer.ROIPool:
		if op.Deform {
			return all(), nil
		}
		return Saved{Inputs: []int{1}}, nil
	case layer.Activation:
		if savesOutput[op.Func] {
			return Saved{Output: true}, nil
		}
		return Saved{Inputs: []int{0}}, nil
	case layer.Pool:
		if op.Func == layer.AveragePool {
			return Saved{}, nil
		}
		n, err := layer.Times(indexBytes, s.Output...)
		return Saved{Bytes: n}, err
	case layer.Norm:
		if op.Func == "lrn" {
			return Saved{Inputs: []int{0}, Output: true}, nil
		}
		n, err := layer.Times(2*statisticBytes, groupsOf(op, s.Inputs[0])...)
		return Saved{Inputs: []int{0}, Bytes: n}, err
	}
	return Saved{}, nil // sums, joins, resizing: linear, and by nothing that changes
}

// groupsOf are the extents over which a norm has statistics of its own.
func groupsOf(n layer.Norm, in []int) []int {
	switch n.Func {
	case "batch":
		return []int{in[1]}
	case "instance":
		return in[:2]
	case "group":
		return []int{in[0], max(1, n.Size)}
	}
	return in[:1]
}
