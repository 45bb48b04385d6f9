package onnx

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/network"
)

// Options settle what a model leaves open.
type Options struct {
	// Input is the size of the first input whose size is open, with the batch or without, in the model's own order of axes; of the
	// image, if all are fixed. Sizes are those of inputs by name.
	Input []int
	Sizes map[string][]int
	// Batch is the first extent of every input; 0 keeps the model's, 1 where that is a symbol.
	Batch int
	// Inputs are the shapes of inputs by name, in place of Input.
	Inputs map[string][]int
	// Likely is what an input whose extents are open may be fed with, pictures in the order N x C x H x W: the caller reads the model
	// again when it knows. Where it has other axes than the input, 224 stands for what is open; nil refuses what is.
	Likely []int
	// Program asks for the network's program, beside its counts.
	Program bool
}

// Network follows the model at this input size and gives it as a network. Shapes are worked out here, so that the
// network stands for this size alone. Errors wrap *layer.Error where another input size would help.
func (m *Model) Network(o Options) (*network.Graph, error) {
	inf := &inference{
		model: m, graph: &network.Graph{Name: m.Graph.Name, Title: m.Title, Metadata: m.Metadata}, symbols: map[string]int{}, seen: map[string]int{},
		names: map[string]bool{}, again: map[string]int{}, owned: map[string]bool{}, sets: map[string]bool{}, used: map[string]bool{},
		likely: o.Likely, open: map[string][]bool{},
	}
	inf.uses(m.Graph)
	for _, f := range m.functions {
		for _, name := range f.outputs {
			inf.used[name] = true
		}
		inf.usedBy(f.nodes)
	}
	s := newScope(nil, m.Graph.values, m.Graph.Outputs)
	s.sets = m.sets
	s.initializers(m.Graph)
	if o.Program {
		inf.graph.Program = &network.Program{}
		inf.record = &recorder{inf.graph.Program, &inf.graph.Program.Code}
	}
	inputs, err := inf.bind(s, o)
	if err != nil {
		return nil, err
	}
	if err := inf.follow(m.Graph.Nodes, s, nil); err != nil {
		return nil, err
	}
	for _, out := range m.Graph.Outputs {
		v := s.find(out.Name)
		if v == nil {
			return nil, lang.Errorf("no node makes the output %q", out.Name)
		}
		if v.node >= 0 && !slices.Contains(inf.graph.Outputs, v.node) {
			inf.graph.Outputs = append(inf.graph.Outputs, v.node)
		}
	}
	if o.Program {
		if err := inf.ports(s, inputs); err != nil {
			return nil, err
		}
	}
	for _, u := range inf.uncounted {
		inf.graph.Notes = append(inf.graph.Notes, lang.Sprintf("%s (%d) is uncounted: %s", u.operator, u.count, u.reason))
	}
	return inf.graph, nil
}

// uses notes the values that something reads, so that outputs which nothing does (masks, indices) are left out.
func (inf *inference) uses(g *Graph) {
	for _, o := range g.Outputs {
		inf.used[o.Name] = true
	}
	inf.usedBy(g.Nodes)
}

func (inf *inference) usedBy(nodes []*Node) {
	for _, n := range nodes {
		for _, name := range n.Inputs {
			inf.used[name] = true
		}
		for _, a := range n.attributes {
			if a.graph != nil {
				inf.uses(a.graph)
			}
		}
	}
}

// bind gives the model's inputs their shapes. Files of IR version 3 list weights as inputs too: those are none.
func (inf *inference) bind(s *scope, o Options) (inputs []ValueInfo, err error) {
	for _, in := range inf.model.Graph.Inputs {
		if _, weight := s.values[in.Name]; !weight {
			inputs = append(inputs, in)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(o.Sizes)) {
		if !slices.ContainsFunc(inputs, func(v ValueInfo) bool { return v.Name == name }) {
			return nil, layer.Errorf("the model has no input %q", name).Hint(lang.Sprintf("its inputs are %s", inputNames(inputs)))
		}
	}
	for _, in := range inputs {
		if in.Other != "" {
			return nil, layer.Errorf("input %q is no tensor but of the type %s, which is not supported", in.Name, in.Other)
		}
	}
	inf.inputs = len(inputs)
	for _, i := range bindingOrder(inputs, o) {
		in := inputs[i.index]
		var shape []int
		if fed, ok := o.Inputs[in.Name]; ok {
			shape, err = inf.fed(in, fed)
		} else {
			shape, err = inf.size(in, i.given, o.Batch)
		}
		if err != nil {
			return nil, err
		}
		node := inf.append(network.Node{Name: in.Name, Elem: in.Elem.counted(), Op: &network.Input{Shape: shape}})
		s.values[in.Name] = &value{shape: shape, elem: in.Elem, node: node}
	}
	return inputs, nil
}

// sized is an input and the size that was given for it, nil if none was.
type sized struct {
	index int
	given []int
}

// bindingOrder puts inputs whose size was given first, so that they settle symbols for the others: those with a name, then the
// one that the size without a name is for.
func bindingOrder(inputs []ValueInfo, o Options) []sized {
	var named, others []sized
	for i, in := range inputs {
		if size, ok := o.Sizes[in.Name]; ok {
			named = append(named, sized{i, size})
		} else {
			others = append(others, sized{i, nil})
		}
	}
	if len(others) == 0 {
		return named
	}
	first := meant(inputs, others, o.Input)
	others[first].given = o.Input
	return slices.Concat(named, others[first:], others[:first])
}

// meant is which of the inputs a size without a name is for: the first whose size is open and has as many axes, else the first
// that is open, else the image: the first of three axes or more.
func meant(inputs []ValueInfo, among []sized, given []int) int {
	fits := func(dims int) bool { return given == nil || len(given) == dims || len(given) == dims-1 }
	for _, good := range []func(v ValueInfo) bool{
		func(v ValueInfo) bool { return v.open() && (!v.Known || fits(len(v.Dims))) },
		ValueInfo.open,
		func(v ValueInfo) bool { return len(v.Dims) > 2 },
	} {
		if i := slices.IndexFunc(among, func(s sized) bool { return good(inputs[s.index]) }); i >= 0 {
			return i
		}
	}
	return 0
}

// open reports whether the model leaves the size open, the batch aside.
func (v ValueInfo) open() bool {
	if !v.Known {
		return true
	}
	batch := batchAxis(v.Dims)
	for i, d := range v.Dims {
		if d.Value <= 0 && i != batch {
			return true
		}
	}
	return false
}

// batchAxis is the axis whose symbol speaks of a batch, else the first.
func batchAxis(dims []Dim) int {
	return max(0, slices.IndexFunc(dims, func(d Dim) bool {
		return d.Value <= 0 && (d.Symbol == "N" || strings.Contains(strings.ToLower(d.Symbol), "batch"))
	}))
}

func inputNames(inputs []ValueInfo) string {
	names := make([]string, len(inputs))
	for i, in := range inputs {
		names[i] = fmt.Sprintf("%q", in.Name)
	}
	return lang.List(names)
}

// fed takes an input's shape from the array that it is fed with, which must have the axes and extents that the model fixes.
func (inf *inference) fed(in ValueInfo, shape []int) ([]int, error) {
	if in.Known && len(in.Dims) != len(shape) {
		return nil, layer.Errorf("input %q is %s, not %s", in.Name, dimsText(in.Dims), shapeText(shape))
	}
	for i, d := range in.Dims {
		if !in.Known {
			break
		}
		if d.Symbol != "" {
			inf.symbols[d.Symbol] = shape[i]
		}
		inf.stale = inf.stale || d.Value > 0 && d.Value != shape[i]
	}
	return shape, extents(shape)
}

// size is an input's shape: what was given, what the model says, what its symbols stand for.
func (inf *inference) size(in ValueInfo, given []int, batch int) ([]int, error) {
	dims := in.Dims
	switch {
	case !in.Known && given == nil && inf.likely != nil:
		dims = make([]Dim, len(inf.likely))
	case !in.Known && given == nil:
		return nil, layer.Errorf("input %q has no shape", in.Name).Hint(lang.Sprintf("give it with %s", inf.flag(in, "NxCxHxW")))
	case !in.Known:
		dims = make([]Dim, len(given))
	case given != nil && len(given) == len(dims)-1:
		given = append([]int{0}, given...)
	case given != nil && len(given) != len(dims):
		return nil, layer.Errorf("input %q is %s, not %s", in.Name, dimsText(dims), layer.FormatShape(given)).
			Hint(fmt.Sprintf("give %d extents, or %d and --batch", len(dims), len(dims)-1))
	}
	shape, open := make([]int, len(dims)), make([]bool, len(dims))
	at := batchAxis(dims)
	for i, d := range dims {
		if shape[i] = d.Value; d.Value <= 0 {
			shape[i] = inf.symbols[d.Symbol]
		}
		if given != nil && given[i] > 0 {
			shape[i] = given[i]
		}
		if i == at && batch > 0 {
			shape[i] = batch
		} else if i == at && shape[i] <= 0 {
			shape[i] = 1
		}
		if shape[i] <= 0 && inf.likely != nil {
			shape[i] = inf.likelyExtent(dims, i)
			open[i], inf.open[in.Name] = true, open
		}
		if shape[i] <= 0 {
			return nil, layer.Errorf("input %q is %s: its size is open", in.Name, dimsText(dims)).
				Hint(lang.Sprintf("give it with --input, like %s", inf.flag(in, likelySize(dims, at))))
		}
		if shape[i] > layer.MaxExtent {
			return nil, layer.Errorf("input %q has an axis longer than %d", in.Name, layer.MaxExtent)
		}
		if d.Symbol != "" {
			inf.symbols[d.Symbol] = shape[i]
		}
		inf.stale = inf.stale || d.Value > 0 && d.Value != shape[i]
	}
	return shape, extents(shape)
}

// likelyExtent is axis i of what an input with these dimensions may be fed with.
func (inf *inference) likelyExtent(dims []Dim, i int) int {
	l, last := inf.likely, len(dims)-1
	if len(l) == last { // it lacks a batch
		l = append([]int{1}, l...)
	}
	if len(l) != len(dims) {
		return 224
	}
	if last == 3 && dims[last].Value > 0 && dims[last].Value == l[1] { // the channels are the last axis
		l = []int{l[0], l[2], l[3], l[1]}
	}
	return max(1, l[i])
}

// flag is the flag that gives an input's size: with its name, where there are several.
func (inf *inference) flag(in ValueInfo, size string) string {
	if inf.inputs > 1 {
		name := in.Name
		if quoted := strconv.Quote(name); quoted != `"`+name+`"` { // a name from a file neither ends the line nor speaks to the terminal
			name = quoted
		}
		size = name + "=" + size
	}
	return "--input " + size
}

// likelySize is a size that an input may have, with the extents that the model fixes: 224 pixels for the axes of pictures (of
// NHWC as well), 100 steps for sequences, 16000 samples. The batch is left out where it comes first.
func likelySize(dims []Dim, batch int) string {
	var parts []string
	for i, d := range dims {
		n := d.Value
		switch {
		case n > 0:
		case i == batch:
			n = 1
		case len(dims) > 3 && i == 1 && dims[len(dims)-1].Value <= 0:
			n = 3
		case len(dims) > 3:
			n = 224
		case len(dims) == 3:
			n = 100
		default:
			n = 16000
		}
		if i > 0 || batch > 0 {
			parts = append(parts, fmt.Sprint(n))
		}
	}
	return strings.Join(parts, "x")
}

// dimsText writes declared dimensions: Nx3xHxW.
func dimsText(dims []Dim) string {
	parts := make([]string, len(dims))
	for i, d := range dims {
		switch {
		case d.Value > 0:
			parts[i] = fmt.Sprint(d.Value)
		case d.Symbol != "":
			parts[i] = d.Symbol
		default:
			parts[i] = "?"
		}
	}
	return strings.Join(parts, "x")
}
