package network

import (
	"strconv"

	"convx/internal/lang"
	"convx/internal/layer"
)

// plainKinds are the ops that say what they come to and not what they do: with them, whatever was counted can be written down.
func plainKinds() []opKind {
	label := opKey{name: "label", typ: "NAME", usage: "what tables call it"}
	size := opKey{name: "shape", typ: "NxCx…", required: true, usage: "all of its extents, the batch too; scalar is none"}
	count := func(name, usage string) opKey { return opKey{name: name, typ: "N", def: "0", usage: usage} }
	return []opKind{
		{
			name: "reshape", summary: "the same elements under another shape, or some of them",
			keys:  []opKey{size, {name: "copies", typ: "BOOL", def: "false", usage: "the output is a tensor of its own"}, label},
			build: reshape,
		},
		{
			name: "elementwise", summary: "its inputs combined element by element, broadcast",
			keys:  []opKey{{name: "flops", typ: "N", def: "1", usage: "of an output element"}, label},
			build: elementwise,
		},
		{
			name: "work", summary: "whatever has this shape and these counts",
			keys: []opKey{
				size, count("params", "weights and biases"), count("macs", "multiply-accumulates"),
				count("flops", "floating-point operations, those of the multiply-accumulates too"), label,
			},
			build: plainWork,
		},
		{
			name: "constant", summary: "an array that the network holds; reads nothing",
			keys:  []opKey{size, count("params", "elements that are learned")},
			build: constant,
		},
	}
}

// noExtents is how a shape without axes is written.
const noExtents = "scalar"

func (v values) shape() ([]int, error) {
	if v.get("shape") == noExtents {
		return []int{}, nil
	}
	s, err := layer.ParseInts(v.get("shape"), 0)
	if err != nil {
		return nil, lang.Errorf("shape: %w", err)
	}
	return s, nil
}

// count reads a number of anything up to what 64 bits hold.
func (v values) count(key string) (int64, error) {
	n, err := strconv.ParseInt(v.get(key), 10, 64)
	if err != nil || n < 0 {
		return 0, lang.Errorf("%s: %q is not a number of 0 or more", key, v.get(key))
	}
	return n, nil
}

func (v values) label() string {
	if l := v.text["label"]; l != "" {
		return l
	}
	return v.op.name
}

func reshape(v values) (Operator, error) {
	s, err := v.shape()
	if err != nil {
		return nil, err
	}
	copies, err := v.bool("copies")
	emit := func(e *emitter) int {
		if elements(e.ins[0]) != elements(e.out) {
			return None // which of the elements it has is not said
		}
		v := e.reshape(e.in[0], e.out)
		e.counts(0)
		return v
	}
	return &View{Name: v.label(), Shape: Fixed(s...), Copies: copies, emit: emit}, err
}

func elementwise(v values) (Operator, error) {
	n, err := v.count("flops")
	return &Elementwise{Name: v.label(), FLOPs: n}, err
}

func plainWork(v values) (Operator, error) {
	e := &Explicit{Name: v.label()}
	var err error
	if e.Shape, err = v.shape(); err != nil {
		return nil, err
	}
	for key, to := range map[string]*int64{"params": &e.Params, "macs": &e.MACs, "flops": &e.FLOPs} {
		if *to, err = v.count(key); err != nil {
			return nil, err
		}
	}
	return e, nil
}

func constant(v values) (Operator, error) {
	s, err := v.shape()
	if err != nil {
		return nil, err
	}
	n, err := v.count("params")
	if all, e := layer.Elements(s...); err == nil && (e != nil || n > all) {
		err = lang.Errorf("params: %d are more than the elements of %s", n, v.get("shape"))
	}
	return &Constant{Shape: s, Params: n}, err
}
