package gradient

import (
	"maps"
	"slices"

	"convx/internal/network"
	"convx/internal/tensor"
)

// otherFloats are the numbers of ONNX's types of floats beside float32, which attributes name.
var otherFloats = []int64{10, 11, 16}

// widened is a program in which every float is a float32, and what it is fed with likewise: gradients are float32, and a network of
// half floats has about the same ones.
func widened(p *network.Program, feeds map[string]*tensor.Array) (*network.Program, map[string]*tensor.Array) {
	q := *p
	q.Values, q.Inputs, q.Code, feeds = slices.Clone(p.Values), slices.Clone(p.Inputs), widenedCode(p.Code), maps.Clone(feeds)
	for v := range q.Values {
		q.Values[v].Weight = widenedWeight(q.Values[v].Weight)
	}
	for i := range q.Inputs {
		if isOther(q.Inputs[i].Elem) {
			q.Inputs[i].Elem = tensor.Float32
		}
	}
	for name, a := range feeds {
		feeds[name] = widenedArray(a)
	}
	return &q, feeds
}

func isOther(e tensor.Elem) bool { return e.IsFloat() && e != tensor.Float32 }

func widenedWeight(w *network.Weight) *network.Weight {
	if w == nil || !isOther(w.Elem) {
		return w
	}
	wide := *w
	wide.Elem, wide.Bytes, wide.ReadInto = tensor.Float32, 4*elements(w.Shape), nil
	wide.Read = func() (*tensor.Array, error) {
		a, err := w.Read()
		if err != nil {
			return nil, err
		}
		return widenedArray(a), nil
	}
	return &wide
}

func widenedArray(a *tensor.Array) *tensor.Array {
	if !isOther(a.Elem) {
		return a
	}
	data, _ := tensor.Floats(a)
	return tensor.ArrayOf(data, a.Shape...)
}

// widenedCode is the same instructions, those of bodies too, on float32.
func widenedCode(code []network.Instruction) []network.Instruction {
	code = slices.Clone(code)
	for i := range code {
		in := &code[i]
		in.Attributes = maps.Clone(in.Attributes)
		for name, v := range in.Attributes {
			switch v := v.(type) {
			case int64:
				if (name == "to" || name == "dtype" || name == "output_datatype") && slices.Contains(otherFloats, v) {
					in.Attributes[name] = int64(1)
				}
			case *network.Weight:
				in.Attributes[name] = widenedWeight(v)
			}
		}
		in.Bodies = maps.Clone(in.Bodies)
		for name, body := range in.Bodies {
			in.Bodies[name] = &network.Body{Inputs: body.Inputs, Outputs: body.Outputs, Code: widenedCode(body.Code)}
		}
	}
	return code
}
