package network

import (
	"fmt"
	"slices"

	"convx/internal/layer"
	"convx/internal/shape"
)

// Along says what an axis of a node's output runs along: an axis of its input, and how far it sees there. From -1 is no axis.
type Along struct {
	From  int
	Reach shape.Reach
}

// trail is where the axes of the network's first input lie in a tensor, and what its positions see along each. Axes that lie
// nowhere (-1) were reduced to one position, or mixed with others. The slices may be shared: they are not written.
type trail struct {
	axes []shape.Axis
	at   []int
}

// fields gives every node its receptive field on the network's first input, along the axes that layers slide over or pool:
// the spatial ones, wherever they lie; those from the third on, if none does.
func (r *Result) fields(works []*work) {
	trails := make([]trail, len(r.Nodes))
	spatial := map[int]bool{}
	var in []trail
	for i := range r.Nodes {
		n := &r.Nodes[i]
		in = in[:0]
		for _, k := range n.Node.Inputs {
			in = append(in, trails[k])
		}
		switch n.Node.Op.(type) {
		case *Input:
			trails[i] = startTrail(len(r.Input))
		case *Constant:
		default:
			trails[i] = nodeTrail(works[i], n, in, spatial)
		}
	}
	if len(spatial) == 0 {
		for x := 2; x < len(r.Input); x++ {
			spatial[x] = true
		}
	}
	r.Spatial = []int{}
	for x := range r.Input {
		if spatial[x] {
			r.Spatial = append(r.Spatial, x)
		}
	}
	var fields []shape.Field
	for i := range r.Nodes {
		n := &r.Nodes[i]
		if trails[i].axes == nil {
			continue
		}
		axes := make([]shape.Axis, len(r.Spatial))
		for k, x := range r.Spatial {
			axes[k] = trails[i].axes[x]
		}
		n.Field = shape.FieldOf(axes...)
		fields = fields[:0]
		for _, k := range n.Node.Inputs {
			fields = append(fields, r.Nodes[k].Field)
		}
		if n.Field.Unaligned && !slices.ContainsFunc(fields, func(f shape.Field) bool { return f.Unaligned }) {
			r.Notes = append(r.Notes, fmt.Sprintf("layer %q joins branches that do not line up: their receptive fields have different centres or steps", n.Node.Name))
		}
	}
}

func startTrail(rank int) trail {
	t := trail{axes: make([]shape.Axis, rank), at: make([]int, rank)}
	for x := range rank {
		t.axes[x], t.at[x] = shape.AxisStart(), x
	}
	return t
}

// nodeTrail follows a node; spatial collects the axes that it slides over.
func nodeTrail(w *work, n *NodeResult, in []trail, spatial map[int]bool) trail {
	if len(w.stages) == 0 || n.Output == nil {
		var out trail
		if _, view := n.Node.Op.(*View); view {
			in = in[:1] // further inputs give it a shape
		}
		for j, t := range in {
			if t.axes != nil {
				out = out.join(t.follow(n.along(j), n.Inputs[j]))
			}
		}
		return out
	}
	inside := make([]trail, len(w.stages))
	for k := range w.stages {
		from := make([]trail, 0, len(w.from[k]))
		for _, f := range w.from[k] {
			if f >= 0 {
				from = append(from, inside[f])
			} else {
				from = append(from, in[-1-f])
			}
		}
		inside[k] = stageTrail(w.ops[k].Op, w.stages[k], from, spatial)
	}
	return inside[len(inside)-1]
}

// stageTrail follows a primitive: the batch stays, the channels are mixed where the primitive mixes them, and the spatial axes
// are what package shape says.
func stageTrail(op layer.Op, st shape.Stage, from []trail, spatial map[int]bool) trail {
	var out trail
	joins := op.Kind() == layer.KindAdd || op.Kind() == layer.KindConcat || op.Kind() == layer.KindScale
	for j, t := range from {
		switch {
		case t.axes == nil || j > 0 && out.axes != nil && !joins:
		case joins:
			out = out.join(t.follow(broadcastAlong(st.Inputs[min(j, len(st.Inputs)-1)], st.Output), st.Inputs[min(j, len(st.Inputs)-1)]))
		default:
			out = t.stage(op, st, spatial)
		}
	}
	return out
}

func (t trail) stage(op layer.Op, st shape.Stage, spatial map[int]bool) trail {
	x := st.Inputs[0]
	reaches := shape.Reaches(op, st)
	if reaches == nil && !mixes(op) {
		return t // position by position
	}
	slide := slides(op)
	along := make([]Along, len(x))
	for a := range along {
		along[a].From = a
		if a == 1 && mixes(op) {
			along[a].Reach = shape.Everything(x[1])
		}
		if a >= 2 && a-2 < len(reaches) {
			along[a].Reach = reaches[a-2]
		}
	}
	if op.Kind() == layer.KindROIPool {
		along[0].Reach = shape.Everything(x[0])
	}
	if slide {
		for k, a := range t.at {
			if a >= 2 {
				spatial[k] = true
			}
		}
	}
	return t.follow(along, x)
}

// mixes reports whether a primitive sees all channels of a position.
func mixes(op layer.Op) bool {
	switch op := op.(type) {
	case layer.Conv, layer.Transposed, layer.Deformable, layer.DepthToSpace, layer.Linear, layer.ROIPool:
		return true
	case layer.Activation:
		return op.Func == "softmax"
	}
	return false
}

func slides(op layer.Op) bool {
	switch op.(type) {
	case layer.Conv, layer.Transposed, layer.Deformable, layer.Pool, layer.Resize:
		return true
	}
	return false
}

// follow is the trail of an output whose axes run along the input's, of these extents. What no axis runs along is seen whole.
func (t trail) follow(along []Along, in []int) trail {
	if along == nil {
		return t
	}
	out := trail{axes: make([]shape.Axis, len(t.axes)), at: make([]int, len(t.at))}
	for x, a := range t.at {
		out.axes[x], out.at[x] = t.axes[x], -1
		if a < 0 {
			continue
		}
		b := slices.IndexFunc(along, func(l Along) bool { return l.From == a })
		switch {
		case b >= 0:
			out.axes[x], out.at[x] = t.axes[x].Along(along[b].Reach), b
		case a < len(in) && in[a] > 1:
			out.axes[x] = t.axes[x].Along(shape.Everything(in[a]))
		}
	}
	return out
}

// join is the trail of two inputs that meet. An axis that lies in two places at once is seen whole.
func (t trail) join(u trail) trail {
	switch {
	case t.axes == nil:
		return u
	case u.axes == nil:
		return t
	}
	out := trail{axes: make([]shape.Axis, len(t.axes)), at: slices.Clone(t.at)}
	for x := range t.axes {
		out.axes[x] = t.axes[x].Join(u.axes[x])
		switch {
		case t.at[x] < 0:
			out.at[x] = u.at[x]
		case u.at[x] >= 0 && u.at[x] != t.at[x]:
			out.axes[x].Whole = true
		}
	}
	return out
}

// along is what the axes of a node without stages run along in input j: what the node says; else, of a view, the axes that
// it keeps; of what is combined element by element, its axes from the last on.
func (n *NodeResult) along(j int) []Along {
	if n.Node.Along != nil {
		return n.Node.Along(j)
	}
	in := n.Inputs[j]
	switch op := n.Node.Op.(type) {
	case *View:
		switch {
		case op.Along != nil:
			return op.Along(n.Inputs, n.Output)
		case !slices.Equal(in, n.Output):
			return keptAxes(in, n.Output)
		}
		return nil
	}
	switch {
	case in == nil || n.Output == nil || slices.Equal(in, n.Output):
		return nil
	case broadcasts(in, n.Output):
		return broadcastAlong(in, n.Output)
	case len(in) == len(n.Output): // an axis of another extent was computed
		along := make([]Along, len(in))
		for a := range along {
			if along[a].From = a; in[a] != n.Output[a] {
				along[a].From = -1
			}
		}
		return along
	}
	return []Along{}
}

func broadcasts(in, out []int) bool {
	if len(in) > len(out) {
		return false
	}
	for i, d := range in {
		if d != 1 && d != out[len(out)-len(in)+i] {
			return false
		}
	}
	return true
}

// broadcastAlong aligns shapes at their last axes.
func broadcastAlong(in, out []int) []Along {
	if len(in) == len(out) {
		return nil
	}
	along := make([]Along, len(out))
	for b := range along {
		along[b].From = max(-1, b-(len(out)-len(in)))
	}
	return along
}

// keptAxes are the axes that a reshaping leaves as they are: those that are not joined with others or cut.
func keptAxes(in, out []int) []Along {
	along := make([]Along, len(out))
	for b := range along {
		along[b].From = -1
	}
	for a, b := 0, 0; a < len(in) && b < len(out); {
		switch {
		case in[a] == out[b]:
			along[b].From = a
			a, b = a+1, b+1
		case in[a] == 1:
			a++
		case out[b] == 1:
			b++
		default:
			left, right := in[a], out[b]
			for a, b = a+1, b+1; left != right; {
				if left < right && a < len(in) {
					left *= in[a]
					a++
				} else if left > right && b < len(out) {
					right *= out[b]
					b++
				} else {
					return along
				}
			}
		}
	}
	return along
}
