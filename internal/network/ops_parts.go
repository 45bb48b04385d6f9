package network

import (
	"slices"

	"convx/internal/lang"
	"convx/internal/layer"
	"convx/internal/shape"
)

// partKinds are the ops that pick, pad or reorder what they read: views whose output is a tensor of its own.
func partKinds() []opKind {
	axis := opKey{name: "axis", typ: "N", def: "1", usage: "0 is the batch, 1 the channels, then the spatial axes"}
	return []opKind{
		{
			name: "slice", summary: "positions from start up to end of an axis",
			keys: []opKey{
				axis, {name: "start", typ: "N", def: "0", usage: "first position; negative ones count from the end"},
				{name: "end", typ: "N", usage: "position after the last; the axis's extent, if not given"},
				{name: "step", typ: "N", def: "1", usage: "distance between positions"},
			},
			build: slicing,
		},
		{
			name: "split", summary: "parts of an axis, each an output: name.0, name.1, …",
			keys: []opKey{
				axis, {name: "parts", typ: "N", usage: "how many equal ones; they divide the axis"},
				{name: "sizes", typ: "NxN", usage: "in place of parts: the extent of each"},
				{name: "part", typ: "N", usage: "this one alone, from 0"},
			},
			build: splitting,
		},
		{
			name: "pad", summary: "positions around the spatial axes",
			keys: []opKey{
				{name: "padding", typ: "P", required: true, usage: "1, 1x2, or begin:end per axis"},
				{name: "mode", typ: "MODE", def: "zeros", usage: "what they hold: zeros, reflect, replicate or circular"},
			},
			build: padding,
		},
		{
			name: "transpose", summary: "axes in another order",
			keys:  []opKey{{name: "order", typ: "NxN", required: true, usage: "for each axis of the output the input's: 0x2x3x1 puts the channels last"}},
			build: transpose,
		},
	}
}

// number reads one number; nothing given is def.
func (v values) number(key string, least, def int) (int, error) {
	text := v.get(key)
	if text == "" {
		return def, nil
	}
	n, err := layer.ParseInts(text, least)
	if err != nil {
		return 0, lang.Errorf("%s: %w", key, err)
	}
	if len(n) != 1 {
		return 0, lang.Errorf("%s: %q is not one number", key, text)
	}
	return n[0], nil
}

// part is a range of one axis.
type part struct{ axis, start, end, step int }

// view cuts the range that of gives for an axis of that extent.
func (p part) view(name string, of func(p part, extent int) (part, error)) *View {
	at := func(in []int) (part, error) {
		if p.axis >= len(in) {
			return p, layer.Errorf("%s has no axis %d: %s", name, p.axis, layer.FormatShape(in))
		}
		return of(p, in[p.axis])
	}
	return &View{
		Name: name, Copies: true,
		Shape: func(in [][]int) ([]int, error) {
			q, err := at(in[0])
			if err != nil {
				return nil, err
			}
			out := slices.Clone(in[0])
			out[q.axis] = (q.end-q.start-1)/q.step + 1
			return out, nil
		},
		Along: func(in [][]int, out []int) []Along {
			along := unmoved(len(out))
			if q, err := at(in[0]); err == nil {
				along[q.axis].Reach = shape.Part(q.start, q.step)
			}
			return along
		},
		emit: func(e *emitter) int {
			q, _ := at(e.ins[0]) // it was evaluated
			return e.slice([]int{q.axis}, []int{q.start}, []int{q.end}, []int{q.step})
		},
	}
}

// unmoved is every axis along itself, position by position.
func unmoved(rank int) []Along {
	along := make([]Along, rank)
	for i := range along {
		along[i] = Along{i, shape.Part(0, 1)}
	}
	return along
}

func slicing(v values) (Operator, error) {
	var p part
	for _, k := range []struct {
		to         *int
		key        string
		least, def int
	}{{&p.axis, "axis", 0, 1}, {&p.start, "start", -layer.MaxExtent, 0}, {&p.end, "end", -layer.MaxExtent, layer.MaxExtent}, {&p.step, "step", 1, 1}} {
		var err error
		if *k.to, err = v.number(k.key, k.least, k.def); err != nil {
			return nil, err
		}
	}
	open := v.get("end") == ""
	return p.view("slice", func(p part, extent int) (part, error) {
		if p.start < 0 {
			p.start += extent
		}
		switch {
		case open:
			p.end = extent
		case p.end < 0:
			p.end += extent
		}
		if p.start < 0 || p.end > extent || p.start >= p.end {
			return p, layer.Errorf("axis %d has %d positions: %d up to %d is no part of it", p.axis, extent, p.start, p.end)
		}
		return p, nil
	}), nil
}

// splitting cuts an axis into equal parts or into given ones: all of them, or one.
func splitting(v values) (Operator, error) {
	axis, err := v.number("axis", 0, 1)
	if err != nil {
		return nil, err
	}
	if (v.text["parts"] == "") == (v.text["sizes"] == "") {
		return nil, lang.Errorf("split needs parts or sizes")
	}
	parts, err := v.number("parts", 1, 0)
	if err != nil {
		return nil, err
	}
	var sizes []int
	if v.text["sizes"] != "" {
		if sizes, err = layer.ParseInts(v.get("sizes"), 1); err != nil {
			return nil, lang.Errorf("sizes: %w", err)
		}
		parts = len(sizes)
	}
	if v.text["part"] != "" {
		which, err := v.number("part", 0, 0)
		if err != nil {
			return nil, err
		}
		if which >= parts {
			return nil, lang.Errorf("part %d of %d: they count from 0", which, parts)
		}
		return partOf(axis, which, parts, sizes), nil
	}
	if parts > mostParts {
		return nil, lang.Errorf("split makes %d parts: up to %d are known", parts, mostParts)
	}
	all := &several{name: "split"}
	for i := range parts {
		all.each = append(all.each, partOf(axis, i, parts, sizes))
	}
	return all, nil
}

// mostParts bounds the outputs of one op.
const mostParts = 4096

// partOf is one of the parts of an axis; sizes nil are equal ones.
func partOf(axis, which, parts int, sizes []int) *View {
	return part{axis: axis, step: 1}.view("split", func(p part, extent int) (part, error) {
		if sizes == nil {
			if extent%parts != 0 {
				return p, layer.Errorf("%d parts do not divide the %d positions of axis %d", parts, extent, p.axis)
			}
			p.start, p.end = which*(extent/parts), (which+1)*(extent/parts)
			return p, nil
		}
		total, err := layer.Sum(sizes...)
		if err != nil || total != extent {
			return p, layer.Errorf("parts of %s are not the %d positions of axis %d", layer.FormatShape(sizes), extent, p.axis)
		}
		p.start, _ = layer.Sum(sizes[:which]...)
		p.end = p.start + sizes[which]
		return p, nil
	})
}

func padding(v values) (Operator, error) {
	p, err := layer.ParsePadding(v.get("padding"))
	if err != nil {
		return nil, lang.Errorf("padding: %w", err)
	}
	if p.Auto != layer.Explicit {
		return nil, lang.Errorf("padding: %s depends on a window, and pad has none: give numbers", p)
	}
	pairs, err := spread(v, "padding", p.Pairs)
	if err != nil {
		return nil, err
	}
	mode := layer.PadMode(v.get("mode"))
	if !slices.Contains(layer.PadModes(), mode) {
		return nil, lang.Errorf("mode: %q is none of zeros, reflect, replicate, circular", mode)
	}
	return &View{
		Name: "pad", Copies: true,
		Shape: func(in [][]int) ([]int, error) {
			if len(in[0]) != len(pairs)+2 {
				return nil, layer.Errorf("pad reads %d spatial axes, not %s", len(pairs), layer.FormatShape(in[0]))
			}
			out := slices.Clone(in[0])
			for i, p := range pairs {
				out[2+i] += p.Begin + p.End
			}
			return out, shape.CheckPadMode(mode, pairs, in[0][2:])
		},
		Along: func(_ [][]int, out []int) []Along {
			along := unmoved(len(out))
			for i, p := range pairs {
				along[2+i].Reach = shape.Part(-p.Begin, 1)
			}
			return along
		},
		emit: func(e *emitter) int {
			v := e.pad(e.in[0], mode, pairs, e.out)
			e.counts(0)
			return v
		},
	}, nil
}

func transpose(v values) (Operator, error) {
	order, err := layer.ParseInts(v.get("order"), 0)
	if err != nil {
		return nil, lang.Errorf("order: %w", err)
	}
	sorted := slices.Sorted(slices.Values(order))
	for i, a := range sorted {
		if a != i {
			return nil, lang.Errorf("order: %s does not name each axis from 0 to %d once", v.get("order"), len(order)-1)
		}
	}
	return &View{
		Name: "transpose", Copies: true,
		Shape: func(in [][]int) ([]int, error) {
			if len(in[0]) != len(order) {
				return nil, layer.Errorf("order %s has %d axes, and %s has %d", layer.FormatShape(order), len(order), layer.FormatShape(in[0]), len(in[0]))
			}
			out := make([]int, len(order))
			for i, a := range order {
				out[i] = in[0][a]
			}
			return out, nil
		},
		Along: func([][]int, []int) []Along {
			along := unmoved(len(order))
			for i, a := range order {
				along[i].From = a
			}
			return along
		},
		emit: func(e *emitter) int {
			v := e.op("Transpose", map[string]any{"perm": wide(order)}, e.out, e.in[0])
			e.counts(0)
			return v
		},
	}, nil
}
