package shape

import (
	"cmp"
	"slices"

	"convx/internal/lang"
	"convx/internal/layer"
)

// Solution is one geometry of a whole layer, checked by building it.
type Solution struct {
	Kernel        []int    `json:"kernel"`
	Stride        []int    `json:"stride"`
	Padding       string   `json:"padding"`
	Dilation      []int    `json:"dilation"`
	OutputPadding []int    `json:"output_padding,omitempty"`
	Notes         []string `json:"notes"`
	// Keys are what asks for it: those that were set and those that were found, in the order of layer.Keys.
	Keys []layer.Setting `json:"-"`
}

// Solutions are the geometries that give a layer a wanted size.
type Solutions struct {
	Wanted []int // spatial
	List   []Solution
	Found  int // all of them, of which List holds the first
}

// SolveLayer lists the geometries that turn a spec's input into the wanted spatial size (one number serves every axis),
// holding the keys that were set: the usual ones first, at most so many. Errors are *layer.Error, and say which sizes
// could be had where none is found.
func SolveLayer(s layer.Spec, wanted []int, most int) (Solutions, error) {
	searches, err := solveSearches(s, wanted)
	if err != nil {
		return Solutions{}, err
	}
	lists := make([][]Geometry, len(searches))
	for i, q := range searches {
		lists[i] = Solve(q)
	}
	all := joinAxes(lists)
	out := Solutions{Wanted: wantedSizes(searches), List: []Solution{}}
	dropped := 0
	for _, g := range all {
		if len(out.List) == most {
			break
		}
		if sol, ok := checked(s, g, out.Wanted); ok {
			out.List = append(out.List, sol)
		} else {
			dropped++
		}
	}
	if len(out.List) == 0 {
		return Solutions{}, unreachable(s, searches)
	}
	out.Found = len(all) - dropped
	return out, nil
}

// solveSearches turns a spec into one search per axis.
func solveSearches(s layer.Spec, wanted []int) ([]Search, error) {
	v, ok := layer.VariantNamed(s.Variant)
	if !ok || s.Input == nil {
		_, err := layer.Build(s) // explains both
		return nil, err
	}
	if !v.Has("kernel") {
		return nil, layer.Errorf("%s has no kernel to solve for", s.Variant)
	}
	dims := max(s.Dims, 1)
	if s.Dims == 0 {
		dims = 2
	}
	probe := s
	if s.Given("output-padding") { // its check needs the stride that is to be found
		probe.OutputPadding = nil
	}
	if v.Unweighted && s.Given("padding") { // its check needs the window that is to be found
		if !s.Given("kernel") {
			probe.Kernel = []int{layer.MaxExtent}
		}
		if !s.Given("dilation") {
			probe.Dilation = []int{layer.MaxExtent}
		}
	}
	l, err := layer.Build(probe)
	if err != nil {
		return nil, err
	}
	if len(wanted) == 1 {
		wanted = slices.Repeat(wanted, dims)
	}
	if len(wanted) != dims {
		return nil, layer.Errorf("--solve %s has %d numbers, and --dims %d has %d spatial axes", layer.FormatShape(wanted), len(wanted), dims, dims)
	}
	out := make([]Search, dims)
	for i := range out {
		out[i] = solveAxis(s, l, i, wanted[i])
	}
	return out, nil
}

func solveAxis(s layer.Spec, l layer.Layer, i, wanted int) Search {
	v, _ := layer.VariantNamed(s.Variant)
	held := func(key string, filled []int) int {
		if s.Given(key) {
			return filled[i]
		}
		return 0
	}
	q := Search{
		Input: l.Input[2+i], Output: wanted, Transposed: v.Has("output-padding"), Dilated: v.Undilated != "", Pool: v.Unweighted, Ceil: v.Unweighted && s.Ceil,
		Kernel: held("kernel", l.Kernel), Stride: held("stride", l.Stride), Dilation: held("dilation", l.Dilation),
	}
	for _, f := range v.Fixed {
		switch f.Key {
		case "kernel":
			q.Kernel = f.Value
		case "dilation":
			q.Dilation = f.Value
		}
	}
	for _, st := range l.Stages {
		switch st.Op.(type) {
		case layer.Resize:
			q.Input = int(float64(q.Input) * l.Scale[i])
		case layer.DepthToSpace:
			q.Block = int(l.Scale[i])
		}
	}
	if s.Given("padding") {
		p := l.Padding
		if p.Auto == layer.Explicit {
			p = layer.Padding{Pairs: p.Pairs[i : i+1]}
		}
		q.Padding = &p
	}
	if n := len(s.OutputPadding); s.Given("output-padding") && n > 0 {
		q.OutputPadding = &s.OutputPadding[min(i, n-1)]
	}
	return q
}

func wantedSizes(searches []Search) []int {
	out := make([]int, len(searches))
	for i, q := range searches {
		out[i] = q.Output
	}
	return out
}

// joinAxes pairs the solutions of each axis: those that every axis shares whole, else those that share the most. Rows of even
// paddings, which every framework has, come before the others.
func joinAxes(lists [][]Geometry) [][]Geometry {
	uneven := func(g Geometry) bool { return unevenness(g) != 0 }
	even := make([][]Geometry, len(lists))
	for i, list := range lists {
		even[i] = slices.DeleteFunc(slices.Clone(list), uneven)
	}
	rows := joinShared(even)
	for _, row := range joinShared(lists) {
		if slices.ContainsFunc(row, uneven) {
			rows = append(rows, row)
		}
	}
	return rows
}

func joinShared(lists [][]Geometry) [][]Geometry {
	shared := []func(g Geometry) Geometry{
		func(g Geometry) Geometry { return g },
		func(g Geometry) Geometry { g.OutputPadding = 0; return g },
		func(g Geometry) Geometry { g.Pad = layer.Pad{}; return g },
		func(g Geometry) Geometry { g.Pad, g.OutputPadding = layer.Pad{}, 0; return g },
		func(g Geometry) Geometry { g.Kernel = 0; return g },
		func(g Geometry) Geometry { g.Kernel, g.Pad = 0, layer.Pad{}; return g },
		func(g Geometry) Geometry { return Geometry{Kernel: g.Kernel, Dilation: g.Dilation} },
		func(g Geometry) Geometry { return Geometry{} },
	}
	for _, part := range shared {
		var out [][]Geometry
		firsts := firstsOf(lists[1:], part)
		for _, g := range lists[0] {
			if row := pair(g, firsts, part(g)); row != nil {
				out = append(out, row)
			}
		}
		if len(out) > 0 {
			return out
		}
	}
	return nil
}

// firstsOf are the first solutions of each list by the part that is to be shared.
func firstsOf(lists [][]Geometry, part func(Geometry) Geometry) []map[Geometry]Geometry {
	firsts := make([]map[Geometry]Geometry, len(lists))
	for i, list := range lists {
		firsts[i] = make(map[Geometry]Geometry, len(list))
		for _, g := range list {
			if _, later := firsts[i][part(g)]; !later {
				firsts[i][part(g)] = g
			}
		}
	}
	return firsts
}

// pair puts the first solution of each other axis that has the shared part beside g.
func pair(g Geometry, firsts []map[Geometry]Geometry, shared Geometry) []Geometry {
	row := []Geometry{g}
	for _, first := range firsts {
		h, ok := first[shared]
		if !ok {
			return nil
		}
		row = append(row, h)
	}
	return row
}

// checked builds the layer that a solution describes; variants have rules of their own.
func checked(s layer.Spec, axes []Geometry, wanted []int) (Solution, bool) {
	var sol Solution
	var pads layer.Padding
	var extra []int
	for _, g := range axes {
		sol.Kernel, sol.Stride = append(sol.Kernel, g.Kernel), append(sol.Stride, g.Stride)
		sol.Dilation, extra = append(sol.Dilation, g.Dilation), append(extra, g.OutputPadding)
		pads.Pairs = append(pads.Pairs, g.Pad)
	}
	sol.Padding = pads.String()
	if s.Given("padding") {
		sol.Padding = s.Padding.String()
	}
	if v, _ := layer.VariantNamed(s.Variant); v.Has("output-padding") {
		sol.OutputPadding = extra
	}
	if err := sol.ask(&s); err != nil {
		return sol, false
	}
	l, err := layer.Build(s)
	if err != nil {
		return sol, false
	}
	r, err := Of(l)
	if err != nil || !slices.Equal(r.Output[2:], wanted) {
		return sol, false
	}
	sol.Notes = []string{}
	for _, st := range r.Stages {
		sol.Notes = append(sol.Notes, st.Notes...)
	}
	return sol, true
}

// ask sets what was found in a spec, and keeps all that is set in it.
func (sol *Solution) ask(s *layer.Spec) error {
	found := map[string]string{"kernel": layer.FormatInts(sol.Kernel), "stride": layer.FormatInts(sol.Stride), "padding": sol.Padding}
	if v, _ := layer.VariantNamed(s.Variant); v.Fixes("kernel") {
		delete(found, "kernel")
	}
	if slices.Max(sol.Dilation) > 1 {
		found["dilation"] = layer.FormatInts(sol.Dilation)
	}
	if len(sol.OutputPadding) > 0 && slices.Max(sol.OutputPadding) > 0 {
		found["output-padding"] = layer.FormatInts(sol.OutputPadding)
	}
	for _, k := range layer.Keys() {
		value, ok := found[k.Name]
		switch {
		case ok:
			if err := s.Set(k.Name, value); err != nil {
				return err
			}
		case s.Given(k.Name):
			value = k.Value(*s)
		default:
			continue
		}
		sol.Keys = append(sol.Keys, layer.Setting{Key: k.Name, Value: value})
	}
	return nil
}

// unreachable says which sizes could be had instead.
func unreachable(s layer.Spec, searches []Search) error {
	held := ""
	for _, k := range layer.Keys() {
		if s.Given(k.Name) && slices.Contains([]string{"kernel", "stride", "padding", "dilation", "output-padding", "scale"}, k.Name) {
			held += " --" + k.Name + " " + k.Value(s)
		}
	}
	what := lang.Sprintf("%s cannot turn %s into %s", s.Variant, layer.FormatShape(s.Input), layer.FormatShape(wantedSizes(searches)))
	if held != "" {
		what = lang.Sprintf("%s with%s", what, held)
	}
	e := layer.Errorf("%s", what)
	below, above, enlarging := nearestSizes(searches)
	var near []string
	for _, sizes := range [][]int{below, above} {
		if text := layer.FormatShape(sizes); !slices.Contains(sizes, 0) && !slices.Contains(near, text) {
			near = append(near, text)
		}
	}
	if len(near) > 0 {
		e = e.Hint(lang.Sprintf("the nearest that can be reached is %s", lang.Or(near)))
	}
	if enlarging {
		e = e.Hint("use transposed or resize-conv to enlarge")
	}
	return e
}

// nearestSizes moves each axis that has no solution to the closest size that has one; 0 is none.
func nearestSizes(searches []Search) (below, above []int, enlarging bool) {
	for _, q := range searches {
		b, a := q.Output, q.Output
		if len(Solve(q)) == 0 {
			b, a = q.Nearest()
			b, a = cmp.Or(b, a), cmp.Or(a, b)
			enlarging = enlarging || q.Output > q.Input && !q.Transposed
		}
		below, above = append(below, b), append(above, a)
	}
	return below, above, enlarging
}
