package gradient

import (
	"convx/internal/lazy"
	"convx/internal/network"
	"convx/internal/tensor"
)

// floats are the numbers of ONNX's types of floats, which Cast names.
var floats = lazy.Value[map[int]tensor.Elem]{Make: func() map[int]tensor.Elem {
	return map[int]tensor.Elem{1: tensor.Float32, 10: tensor.Float16, 11: tensor.Float64, 16: tensor.BFloat16}
}}

// kindsOf are the floats that a program is fed with and that it holds.
func kindsOf(p *network.Program) map[int]tensor.Elem {
	kinds := map[int]tensor.Elem{}
	for v := range p.Values {
		if w := p.Values[v].Weight; w != nil && w.Elem.IsFloat() {
			kinds[v] = w.Elem
		}
	}
	for _, in := range p.Inputs {
		if in.Elem.IsFloat() {
			kinds[in.Value] = in.Elem
		}
	}
	return kinds
}

// follow says what floats an instruction makes of what depends on the input: those that it casts to, else those of its first operand
// that is known.
func (b *backward) follow(in *network.Instruction) {
	kind, known := floats.Get()[whole(in, "to", 0)]
	if in.Op != "Cast" {
		for _, v := range in.In {
			if kind, known = b.kinds[v]; known {
				break
			}
		}
	}
	for _, v := range in.Out {
		if v != network.None && known {
			b.kinds[v] = kind
		}
	}
}
