package network

import "convx/internal/layer"

// step is one stage of one node, in execution order, and the tensor that it makes.
type step struct {
	node  int
	reads []int // steps
	bytes int64
	owner int // the step whose memory its output is: itself, except for views
	last  int // the step after which nobody reads its memory
}

// memory walks the stages in execution order and keeps account of the tensors that are live: an output from the stage
// that makes it to the last that reads it, inputs from the start, the network's outputs to the end. Nothing is
// computed in place unless Options.InPlace says so; views (flatten, dropout) own no memory and keep their input's alive; weights are not activations.
func (r *Result) memory(works []*work) error {
	steps, err := r.steps(works)
	if err != nil {
		return err
	}
	dying := make([][]int, len(steps)+1)
	live := int64(0)
	for i, s := range steps {
		if s.owner == i {
			dying[s.last] = append(dying[s.last], i)
		}
		if r.isInput(s.node) {
			if live, err = layer.Sum(live, s.bytes); err != nil {
				return err
			}
		}
	}
	for i, s := range steps {
		if !r.isInput(s.node) {
			if live, err = layer.Sum(live, s.bytes); err != nil {
				return err
			}
		}
		n := &r.Nodes[s.node]
		n.Live = max(n.Live, live)
		if live > r.PeakMemory {
			r.PeakMemory, r.PeakNode = live, s.node
		}
		for _, d := range dying[i] {
			live -= steps[d].bytes
		}
	}
	return nil
}

// steps lists what the nodes do, and when each tensor is read last.
func (r *Result) steps(works []*work) ([]step, error) {
	steps := make([]step, 0, len(r.Nodes))
	outputOf := make([]int, len(r.Nodes)) // the step that makes a node's output
	for i := range r.Nodes {
		w, first := works[i], len(steps)
		inputs := r.Nodes[i].Node.Inputs
		for k := range max(1, len(w.stages)) {
			at := len(steps)
			s := step{node: i, owner: at, last: at}
			shape := r.Nodes[i].Output
			if len(w.stages) == 0 {
				for _, in := range inputs {
					s.reads = append(s.reads, outputOf[in])
				}
			} else {
				shape = w.stages[k].Output
				for _, f := range w.from[k] {
					if f == outside {
						continue
					}
					if f < 0 {
						s.reads = append(s.reads, outputOf[inputs[-1-f]])
					} else {
						s.reads = append(s.reads, first+f)
					}
				}
			}
			switch {
			case w.alias:
				s.owner = steps[s.reads[0]].owner
			case w.held || shape == nil:
			default:
				n, err := r.elem(i).BytesOf(shape)
				if err != nil {
					return nil, err
				}
				s.bytes = n
			}
			steps = append(steps, s)
		}
		outputOf[i] = len(steps) - 1
	}
	for i, s := range steps {
		for _, k := range s.reads {
			steps[steps[k].owner].last = i
		}
	}
	for _, o := range r.Graph.outputs() {
		steps[steps[outputOf[o]].owner].last = len(steps)
	}
	if r.Options.InPlace {
		r.inPlace(steps, works)
	}
	return steps, nil
}

// inPlace lets each elementwise step write over an input of as many bytes that it is the last to read; the network's inputs
// stay as they are.
func (r *Result) inPlace(steps []step, works []*work) {
	within := 0 // the step's place in its node
	for i := range steps {
		s := &steps[i]
		if within++; i == 0 || steps[i-1].node != s.node {
			within = 0
		}
		if s.owner != i || s.bytes == 0 || !r.elementwise(s.node, works[s.node], within) {
			continue
		}
		for _, k := range s.reads {
			o := steps[k].owner
			for steps[o].owner != o { // of a view, or of what was written in place
				o = steps[o].owner
			}
			if from := &steps[o]; from.last == i && from.bytes == s.bytes && !r.isInput(from.node) {
				from.last, s.owner, s.bytes = s.last, o, 0
				break
			}
		}
	}
}

// elementwise reports whether stage k of a node makes each element of its output from the same element of its inputs.
func (r *Result) elementwise(node int, w *work, k int) bool {
	switch op := r.Graph.Nodes[node].Op.(type) {
	case *Elementwise:
		return true
	case *Explicit:
		return op.Name == "quantize-linear" || op.Name == "dequantize-linear"
	}
	if k >= len(w.ops) {
		return false
	}
	switch op := w.ops[k].Op.(type) {
	case layer.Activation:
		return op.Func != "softmax"
	case layer.Norm:
		return op.Func == "batch"
	case layer.Add, layer.Scale:
		return true
	}
	return false
}

func (r *Result) isInput(node int) bool {
	_, ok := r.Nodes[node].Node.Op.(*Input)
	return ok
}
