package cli

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"convx/internal/layer"
	"convx/internal/report"
	"convx/internal/shape"
)

// solution is one geometry of a whole layer, checked by building it.
type solution struct {
	Kernel        []int    `json:"kernel"`
	Stride        []int    `json:"stride"`
	Padding       string   `json:"padding"`
	Dilation      []int    `json:"dilation"`
	OutputPadding []int    `json:"output_padding,omitempty"`
	Notes         []string `json:"notes"`
	flags         string   // the flags that ask for it
}

type solveJSON struct {
	Variant   string     `json:"variant"`
	Input     []int      `json:"input"`
	Wanted    []int      `json:"wanted"`
	Found     int        `json:"found"`
	Solutions []solution `json:"solutions"`
}

// runSolve lists the geometries that turn the input into the wanted size, holding what the user set.
func runSolve(o shapeOptions) error {
	searches, err := solveSearches(o.spec, o.solve)
	if err != nil {
		return err
	}
	lists := make([][]shape.Geometry, len(searches))
	for i, q := range searches {
		lists[i] = shape.Solve(q)
	}
	all := joinAxes(lists)
	found, dropped := []solution{}, 0
	for _, g := range all {
		if len(found) == o.limit {
			break
		}
		if s, ok := checkSolution(o.spec, g, wantedSizes(searches)); ok {
			found = append(found, s)
		} else {
			dropped++
		}
	}
	if len(found) == 0 {
		return unreachable(o.spec, searches)
	}
	j := solveJSON{Variant: o.spec.Variant, Input: o.spec.Input, Wanted: wantedSizes(searches), Found: len(all) - dropped, Solutions: found}
	return report.Write(o.Out, o.format, solveDocument(j))
}

// solveSearches turns a spec into one search per axis.
func solveSearches(s layer.Spec, wanted []int) ([]shape.Search, error) {
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
	l, err := layer.Build(probe)
	if err != nil {
		return nil, err
	}
	if len(wanted) == 1 {
		wanted = slices.Repeat(wanted, dims)
	}
	if len(wanted) != dims {
		return nil, usagef("--solve %s has %d numbers, and --dims %d has %d spatial axes", layer.FormatShape(wanted), len(wanted), dims, dims)
	}
	out := make([]shape.Search, dims)
	for i := range out {
		out[i] = solveAxis(s, l, i, wanted[i])
	}
	return out, nil
}

func solveAxis(s layer.Spec, l layer.Layer, i, wanted int) shape.Search {
	held := func(key string, filled []int) int {
		if s.Given(key) {
			return filled[i]
		}
		return 0
	}
	q := shape.Search{
		Input: l.Input[2+i], Output: wanted, Transposed: s.Variant == "transposed", Dilated: s.Variant == "dilated",
		Kernel: held("kernel", l.Kernel), Stride: held("stride", l.Stride), Dilation: held("dilation", l.Dilation),
	}
	switch s.Variant {
	case "pointwise":
		q.Kernel, q.Dilation = 1, 1
	case "standard":
		q.Dilation = 1
	case "resize-conv":
		q.Input = int(float64(q.Input) * l.Scale[i])
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

func wantedSizes(searches []shape.Search) []int {
	out := make([]int, len(searches))
	for i, q := range searches {
		out[i] = q.Output
	}
	return out
}

// joinAxes pairs the solutions of each axis: those that every axis shares whole, else those that share the most.
func joinAxes(lists [][]shape.Geometry) [][]shape.Geometry {
	shared := []func(g shape.Geometry) shape.Geometry{
		func(g shape.Geometry) shape.Geometry { return g },
		func(g shape.Geometry) shape.Geometry { g.Pad = layer.Pad{}; return g },
		func(g shape.Geometry) shape.Geometry { g.Kernel = 0; return g },
		func(g shape.Geometry) shape.Geometry { g.Kernel, g.Pad = 0, layer.Pad{}; return g },
		func(g shape.Geometry) shape.Geometry { return shape.Geometry{Kernel: g.Kernel, Dilation: g.Dilation} },
		func(g shape.Geometry) shape.Geometry { return shape.Geometry{} },
	}
	for _, part := range shared {
		var out [][]shape.Geometry
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
func firstsOf(lists [][]shape.Geometry, part func(shape.Geometry) shape.Geometry) []map[shape.Geometry]shape.Geometry {
	firsts := make([]map[shape.Geometry]shape.Geometry, len(lists))
	for i, list := range lists {
		firsts[i] = make(map[shape.Geometry]shape.Geometry, len(list))
		for _, g := range list {
			if _, later := firsts[i][part(g)]; !later {
				firsts[i][part(g)] = g
			}
		}
	}
	return firsts
}

// pair puts the first solution of each other axis that has the shared part beside g.
func pair(g shape.Geometry, firsts []map[shape.Geometry]shape.Geometry, shared shape.Geometry) []shape.Geometry {
	row := []shape.Geometry{g}
	for _, first := range firsts {
		h, ok := first[shared]
		if !ok {
			return nil
		}
		row = append(row, h)
	}
	return row
}

// checkSolution builds the layer that a solution describes; variants have rules of their own.
func checkSolution(s layer.Spec, axes []shape.Geometry, wanted []int) (solution, bool) {
	var sol solution
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
	set := []keyValue{{"stride", layer.FormatInts(sol.Stride)}, {"padding", sol.Padding}}
	if s.Variant != "pointwise" {
		set = append([]keyValue{{"kernel", layer.FormatInts(sol.Kernel)}}, set...)
	}
	if slices.Max(sol.Dilation) > 1 {
		set = append(set, keyValue{"dilation", layer.FormatInts(sol.Dilation)})
	}
	if s.Variant == "transposed" {
		sol.OutputPadding = extra
		if slices.Max(extra) > 0 {
			set = append(set, keyValue{"output-padding", layer.FormatInts(extra)})
		}
	}
	for _, kv := range set {
		if s.Set(kv.key, kv.value) != nil {
			return sol, false
		}
		k, _ := layer.KeyNamed(kv.key)
		flag := "--" + k.Name
		if k.Short != "" {
			flag = "-" + k.Short
		}
		sol.flags += " " + flag + " " + kv.value
	}
	l, err := layer.Build(s)
	if err != nil {
		return sol, false
	}
	r, err := shape.Of(l)
	if err != nil || !slices.Equal(r.Output[2:], wanted) {
		return sol, false
	}
	sol.Notes = []string{}
	for _, st := range r.Stages {
		sol.Notes = append(sol.Notes, st.Notes...)
	}
	sol.Notes = mergeAxes(sol.Notes)
	return sol, true
}

// unreachable says which sizes could be had instead.
func unreachable(s layer.Spec, searches []shape.Search) error {
	held := ""
	for _, k := range layer.Keys() {
		if s.Given(k.Name) && slices.Contains([]string{"kernel", "stride", "padding", "dilation", "output-padding", "scale"}, k.Name) {
			held += " --" + k.Name + " " + k.Value(s)
		}
	}
	what := fmt.Sprintf("%s cannot turn %s into %s", s.Variant, layer.FormatShape(s.Input), layer.FormatShape(wantedSizes(searches)))
	if held != "" {
		what += " with" + held
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
		e = e.Hint("the nearest that can be reached is " + strings.Join(near, " or "))
	}
	if enlarging {
		e = e.Hint("use transposed or resize-conv to enlarge")
	}
	return e
}

// nearestSizes moves each axis that has no solution to the closest size that has one; 0 is none.
func nearestSizes(searches []shape.Search) (below, above []int, enlarging bool) {
	for _, q := range searches {
		b, a := q.Output, q.Output
		if len(shape.Solve(q)) == 0 {
			b, a = q.Nearest()
			b, a = cmp.Or(b, a), cmp.Or(a, b)
			enlarging = enlarging || q.Output > q.Input && !q.Transposed
		}
		below, above = append(below, b), append(above, a)
	}
	return below, above, enlarging
}
