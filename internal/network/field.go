package network

import (
	"fmt"
	"slices"

	"convx/internal/layer"
	"convx/internal/shape"
)

// fields gives every node its receptive field on the network's first input, stage by stage.
func (r *Result) fields(works []*work) {
	dims := max(0, len(r.Input)-2)
	var in []shape.Field
	for i := range r.Nodes {
		n := &r.Nodes[i]
		in = in[:0]
		for _, k := range n.Node.Inputs {
			in = append(in, r.Nodes[k].Field)
		}
		switch n.Node.Op.(type) {
		case *Input:
			n.Field = shape.Start(dims)
		case *Constant:
		default:
			n.Field = nodeField(works[i], n, in, dims)
		}
		if n.Field.Unaligned && !slices.ContainsFunc(in, func(f shape.Field) bool { return f.Unaligned }) {
			r.Notes = append(r.Notes, fmt.Sprintf("layer %q joins branches that do not line up: their receptive fields have different centres or steps", n.Node.Name))
		}
	}
}

func nodeField(w *work, n *NodeResult, in []shape.Field, dims int) shape.Field {
	if v, ok := n.Node.Op.(*View); ok && v.Skip != nil && len(in[0].Size) == dims && n.Output != nil {
		return in[0].Moved(v.Skip(n.Inputs))
	}
	if len(w.stages) == 0 {
		return joinFields(in, n.Inputs, n.Output, dims)
	}
	inside := make([]shape.Field, len(w.stages))
	for k := range w.stages {
		from := make([]shape.Field, 0, len(w.from[k]))
		for _, f := range w.from[k] {
			g := shape.Field{}
			if f >= 0 {
				g = inside[f]
			} else {
				g = in[-1-f]
			}
			if len(g.Size) == dims && dims > 0 {
				from = append(from, g)
			}
		}
		inside[k] = stageField(w.ops[k].Op, w.stages[k], from, dims)
	}
	return inside[len(inside)-1]
}

func stageField(op layer.Op, st shape.Stage, from []shape.Field, dims int) shape.Field {
	switch {
	case len(from) == 0: // constants, or no spatial axes
		return shape.Field{}
	case slides(op) && len(st.Inputs[0]) != dims+2: // over other axes than the input's
		return from[0].Over(nil)
	}
	return shape.OfField(op, st, from)
}

// joinFields is the field of what has no stages: views, element by element, operators that are not known. Where the
// spatial axes are no longer at the end, every output counts as seeing everything.
func joinFields(in []shape.Field, shapes [][]int, out []int, dims int) shape.Field {
	f := shape.Field{}
	for j, g := range in {
		if len(g.Size) != dims || dims == 0 {
			continue
		}
		if !sameAxes(shapes[j], out, dims) && !g.Whole {
			g = g.Over(spatial(shapes[j], dims))
		}
		if len(f.Size) == 0 {
			f = g
		} else {
			f = f.Join(g)
		}
	}
	return f
}

// sameAxes reports whether the last axes of an input are still those of the output, or stretch to them.
func sameAxes(in, out []int, dims int) bool {
	if len(in) < dims || len(out) < dims {
		return false
	}
	for i := 1; i <= dims; i++ {
		if d := in[len(in)-i]; d != out[len(out)-i] && d != 1 {
			return false
		}
	}
	return true
}

func spatial(s []int, dims int) []int {
	if len(s) < dims {
		return nil
	}
	return s[len(s)-dims:]
}

func slides(op layer.Op) bool {
	switch op := op.(type) {
	case layer.Conv, layer.Transposed, layer.Deformable, layer.Resize:
		return true
	case layer.Pool:
		return !op.Global && op.Adaptive == nil
	}
	return false
}
