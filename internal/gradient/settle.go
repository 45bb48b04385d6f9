package gradient

import (
	"context"
	"fmt"
	"maps"
	"math"
	"slices"

	"convx/internal/infer"
	"convx/internal/network"
	"convx/internal/tensor"
)

// mostUnrolled bounds the instructions that a Loop becomes.
const mostUnrolled = 1 << 14

// settled is the part of a program that makes the value target, as it runs on what it is fed with: in place of every If the branch that
// was taken, of every Loop its iterations, the shapes that depend on data, and how many samples RoiAlign takes where that follows from the
// regions.
func settled(ctx context.Context, p *network.Program, target int, feeds map[string]*tensor.Array, o infer.Options) (*network.Program, error) {
	q := &network.Program{Values: slices.Clone(p.Values), Code: needed(p, target), Inputs: p.Inputs}
	b := &backward{p: q}
	stay := map[*network.Body]bool{} // of loops that are too long
	for {
		var asked []int
		tells := map[int]int{} // of an If or Loop, by its place: the value that says how it ran
		for i := range q.Code {
			in := &q.Code[i]
			switch {
			case isControl(in, "If"):
				tells[i] = in.In[0]
			case isControl(in, "Loop") && fits(in, in.Bodies["body"]) && !stay[in.Bodies["body"]]:
				tells[i] = b.counted(in)
			default:
				continue
			}
			asked = append(asked, tells[i])
		}
		if len(asked) == 0 {
			break
		}
		were, err := met(ctx, q, asked, feeds, o)
		if err != nil {
			return nil, err
		}
		code := q.Code
		q.Code = nil
		for i := range code {
			b.at = &code[i]
			v, control := tells[i]
			told, body := were[v], b.at.Bodies["body"]
			switch {
			case control && b.at.Op == "If":
				b.branch(told)
			case control && told != nil && told.Len() > 0 && told.Len()*len(body.Code) <= mostUnrolled:
				b.iterations(told.Len())
			default:
				stay[body] = true
				q.Code = append(q.Code, code[i])
			}
		}
		q.Code = needed(q, target)
	}
	var open []int
	for _, in := range q.Code {
		for _, v := range in.Out {
			if v != network.None && q.Values[v].Shape == nil {
				open = append(open, v)
			}
		}
		if regions, ok := regionsOf(&in); ok && q.Values[regions].Weight == nil {
			open = append(open, regions)
		}
	}
	were, err := met(ctx, q, open, feeds, o)
	if err != nil {
		return nil, err
	}
	for _, v := range open {
		if a := were[v]; a != nil {
			q.Values[v].Shape = append([]int{}, a.Shape...)
		}
	}
	for i := range q.Code {
		if err := countSamples(q, &q.Code[i], were); err != nil {
			return nil, err
		}
	}
	return q, nil
}

func isControl(in *network.Instruction, op string) bool {
	return in.Op == op && in.Domain == "" && in.Bodies != nil
}

// fits tells whether a Loop's body has the inputs and outputs that the node asks for.
func fits(in *network.Instruction, body *network.Body) bool {
	return body != nil && len(in.In) >= 2 && len(body.Inputs) == len(in.In) && len(body.Outputs) >= max(len(in.In)-1, len(in.Out)+1)
}

// counted lets a Loop yield its condition too, and gives what it yields: as many as there are iterations.
func (b *backward) counted(in *network.Instruction) int {
	body := *in.Bodies["body"]
	body.Outputs = append(slices.Clone(body.Outputs), body.Outputs[0])
	count := b.value(in.Name+"/count", nil)
	// Outputs that the node leaves out stand before those that are yielded.
	out := slices.Clone(in.Out)
	for len(out) < len(body.Outputs)-2 {
		out = append(out, network.None)
	}
	in.Out, in.Bodies = append(out, count), map[string]*network.Body{"body": &body}
	return count
}

// branch writes what an If took.
func (b *backward) branch(condition *tensor.Array) {
	name := "else_branch"
	if condition != nil && condition.Elem == tensor.Bool && condition.Len() > 0 && tensor.Data[bool](condition)[0] {
		name = "then_branch"
	}
	body := b.at.Bodies[name]
	b.p.Code = append(b.p.Code, body.Code...)
	for k, v := range b.at.Out {
		b.same(v, body.Outputs[k])
	}
}

// same writes that value v is another one.
func (b *backward) same(v, other int) {
	if v != network.None {
		b.p.Code = append(b.p.Code, network.Instruction{
			Name: b.at.Name, Op: "Identity", Version: b.at.Version, Attributes: map[string]any{}, In: []int{other}, Out: []int{v}, Node: network.None,
		})
	}
}

// iterations writes a Loop's body n times, each with values of its own.
func (b *backward) iterations(n int) {
	loop := *b.at
	body, carried := loop.Bodies["body"], slices.Clone(loop.In[2:])
	yields := make([][]int, len(loop.Out)-len(carried))
	for t := range n {
		is := map[int]int{body.Inputs[0]: b.constant(tensor.ArrayOf([]int64{int64(t)})), body.Inputs[1]: b.constant(tensor.ArrayOf([]bool{true}))}
		for k, v := range carried {
			is[body.Inputs[2+k]] = v
		}
		b.p.Code = append(b.p.Code, b.renamed(body.Code, is)...)
		now := renamedValues(body.Outputs, is)
		copy(carried, now[1:])
		for k := range yields {
			if loop.Out[len(carried)+k] != network.None {
				yields[k] = append(yields[k], b.op("Unsqueeze", nil, nil, now[1+len(carried)+k], b.list(0)))
			}
		}
	}
	for k, v := range carried {
		if k < len(loop.Out) {
			b.same(loop.Out[k], v)
		}
	}
	for k, list := range yields {
		if len(list) > 0 {
			b.same(loop.Out[len(carried)+k], b.op("Concat", map[string]any{"axis": int64(0)}, nil, list...))
		}
	}
}

// renamed is code with values of its own in place of those that it makes, and others in place of what it reads, which is extended.
func (b *backward) renamed(code []network.Instruction, is map[int]int) []network.Instruction {
	code = slices.Clone(code)
	for i := range code {
		in := &code[i]
		in.In = renamedValues(in.In, is)
		in.Bodies = maps.Clone(in.Bodies)
		for name, body := range in.Bodies {
			inner := &network.Body{Code: b.renamed(body.Code, is)}
			inner.Inputs, inner.Outputs = renamedValues(body.Inputs, is), renamedValues(body.Outputs, is)
			in.Bodies[name] = inner
		}
		in.Out = slices.Clone(in.Out)
		for k, v := range in.Out {
			if v != network.None {
				is[v] = b.value(b.p.Values[v].Name, b.p.Values[v].Shape)
				in.Out[k] = is[v]
			}
		}
		in.Name = fmt.Sprintf("%s/%d", in.Name, len(b.p.Values))
	}
	return code
}

func renamedValues(values []int, is map[int]int) []int {
	values = slices.Clone(values)
	for i, v := range values {
		if other, ok := is[v]; ok && v != network.None {
			values[i] = other
		}
	}
	return values
}

// met are values of a program as a run makes them. Weights are left out.
func met(ctx context.Context, p *network.Program, values []int, feeds map[string]*tensor.Array, o infer.Options) (map[int]*tensor.Array, error) {
	were := map[int]*tensor.Array{}
	q := *p
	q.Outputs = nil
	for _, v := range values {
		if w := p.Values[v].Weight; w != nil {
			a, err := w.Read()
			if err != nil {
				return nil, err
			}
			were[v] = a
		} else {
			q.Outputs = append(q.Outputs, network.Port{Name: fmt.Sprint(v), Value: v})
		}
	}
	if len(q.Outputs) == 0 {
		return were, nil
	}
	net, err := infer.Prepare(ctx, &network.Graph{Program: &q}, o)
	if err == nil {
		err = net.Run(ctx, feeds)
	}
	if err != nil {
		return nil, err
	}
	for _, port := range q.Outputs {
		were[port.Value] = net.Result(port)
	}
	return were, nil
}

// regionsOf are the regions of a RoiAlign that takes as many samples as they have pixels.
func regionsOf(in *network.Instruction) (v int, ok bool) {
	if in.Op != "RoiAlign" || in.Domain != "" || len(in.In) != 3 || whole(in, "sampling_ratio", 0) != 0 {
		return 0, false
	}
	return in.In[1], true
}

// countSamples notes the most samples that a bin of such a RoiAlign has along both axes.
func countSamples(p *network.Program, in *network.Instruction, were map[int]*tensor.Array) error {
	v, ok := regionsOf(in)
	if !ok {
		return nil
	}
	regions := were[v]
	if w := p.Values[v].Weight; w != nil {
		var err error
		if regions, err = w.Read(); err != nil {
			return err
		}
	}
	most := []int64{1, 1}
	corners, _ := tensor.Floats(regions)
	for axis, bins := range []int{whole(in, "output_height", 1), whole(in, "output_width", 1)} {
		for r := range len(corners) / 4 {
			size := float64(corners[4*r+3-axis]-corners[4*r+1-axis]) * attribute(in, "spatial_scale", 1)
			most[axis] = max(most[axis], int64(min(math.Ceil(max(size, 1)/float64(bins)), mostSamples)))
		}
	}
	in.Attributes = maps.Clone(in.Attributes)
	in.Attributes[samplesAttribute] = most
	return nil
}
