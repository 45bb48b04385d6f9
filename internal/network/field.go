package network

import (
	"slices"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/shape"
)

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
			r.Notes = append(r.Notes, lang.Sprintf("layer %q joins branches that do not line up: their receptive fields have different centres or steps", n.Node.Name))
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
			if f == outside {
				continue
			}
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
	joins := op.Kind().Joins()
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
