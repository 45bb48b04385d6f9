package network

import (
	"slices"

	"convx/internal/flops"
	"convx/internal/layer"
)

// elem is the element type of a node's output: what was asked for, or what the graph has.
func (r *Result) elem(node int) flops.Elem {
	n := &r.Graph.Nodes[node]
	if _, held := n.Op.(*Constant); held {
		return n.Elem.As(r.Options.Types.Weights)
	}
	return n.Elem.As(r.Options.Types.Activations)
}

// bytes puts the bytes of a node's total into the element types of its tensors; they are counted as float32 before.
func (e *evaluation) bytes(r *Result, i int) error {
	n, w, res := &e.graph.Nodes[i], e.works[i], &r.Nodes[i]
	res.Types = flops.Types{Weights: r.weightElem(i), Activations: r.elem(i)}
	if len(n.Inputs) > 0 {
		res.Types.Activations = r.elem(n.Inputs[0])
	}
	if asked := r.Options.Types.Weights; asked != "" {
		res.Total.WeightBytes = 0
		if n.Held != nil || len(w.rows) == 0 {
			bytes, err := asked.Bytes(res.Total.Params)
			if err != nil {
				return err
			}
			res.Total.WeightBytes = bytes
		} else {
			for _, row := range w.rows {
				bytes, err := asked.Bytes(row.Params)
				if err != nil {
					return err
				}
				res.Total.WeightBytes += bytes // no more than 8 a parameter, which fit
			}
		}
	}
	if res.Total.ActivationBytes == 0 { // nothing moves
		return nil
	}
	var err error
	res.Total.ActivationBytes, err = r.moved(i, w)
	return err
}

// moved is the bytes that the node's stages read and write, each tensor in its own element type.
func (r *Result) moved(i int, w *work) (total int64, err error) {
	inputs := r.Graph.Nodes[i].Inputs
	add := func(e flops.Elem, shape []int) {
		n, bad := e.BytesOf(shape)
		if bad == nil {
			total, bad = layer.Sum(total, n)
		}
		if err == nil {
			err = bad
		}
	}
	for k, st := range w.stages {
		for j, in := range st.Inputs {
			if w.from[k][j] == outside && in == nil {
				continue
			}
			elem := r.elem(i)
			if from := w.from[k][j]; from < 0 {
				elem = r.elem(inputs[-1-from])
			}
			add(elem, in)
		}
		add(r.elem(i), st.Output)
	}
	if len(w.stages) > 0 {
		return total, err
	}
	for j, in := range r.Nodes[i].Inputs {
		if _, view := r.Graph.Nodes[i].Op.(*View); !view || j == 0 {
			add(r.elem(inputs[j]), in)
		}
	}
	add(r.elem(i), w.output)
	return total, err
}

// Stored reports whether some tensor between the layers has another element type than float32 in the model.
func (r *Result) Stored() bool {
	return slices.ContainsFunc(r.Graph.Nodes, func(n Node) bool { return n.Elem != "" && n.Elem != flops.Float32 })
}

// weightElem is the element type that a node's weights are counted in.
func (r *Result) weightElem(i int) flops.Elem {
	stored := flops.Float32
	if h := r.Graph.Nodes[i].Held; h != nil && h.Elem != "" {
		stored = h.Elem
	}
	return stored.As(r.Options.Types.Weights)
}
