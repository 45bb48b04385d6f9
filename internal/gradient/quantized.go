package gradient

import (
	"slices"

	"convx/internal/lang"
	"convx/internal/network"
	"convx/internal/tensor"
)

// Quantized numbers have gradients as if they were not rounded (the straight-through estimator, Bengio, Léonard & Courville 2013): what
// comes back to one counts its steps. Nothing comes back through numbers that the type could not hold.

// quantize is x/scale + zero point, rounded.
func quantize(b *backward, in *network.Instruction, g []int) error {
	scale, err := b.scaleOf(in)
	if err != nil {
		return err
	}
	x := in.In[0]
	held := b.op("DequantizeLinear", in.Attributes, b.shape(x), append([]int{in.Out[0]}, in.In[1:]...)...)
	off := b.apply("Abs", nil, b.sub(x, held))
	b.add(x, b.div(b.mul(g[0], b.mask("LessOrEqual", off, b.mul(scale, b.number(0.501)))), scale))
	return nil
}

func dequantize(b *backward, in *network.Instruction, g []int) error {
	scale, err := b.scaleOf(in)
	if err != nil {
		return err
	}
	b.add(in.In[0], b.mul(g[0], scale))
	return nil
}

// dynamic has a scale of its own for every input, which is taken as given.
func dynamic(b *backward, in *network.Instruction, g []int) error {
	if g[0] != network.None {
		b.add(in.In[0], b.div(g[0], in.Out[1]))
	}
	return nil
}

// scaleOf is the scale of a quantization in a shape that broadcasts over what it quantizes: one, or one for each place along an axis.
func (b *backward) scaleOf(in *network.Instruction) (int, error) {
	scale, x := in.In[1], b.shape(in.In[0])
	if b.depends(scale) {
		return 0, unknown(lang.Text("its scale depends on the input"))
	}
	if elements(b.shape(scale)) == 1 {
		return b.reshape(scale, slices.Repeat([]int{1}, len(x))), nil
	}
	if whole(in, "block_size", 0) != 0 {
		return 0, unknown(lang.Text("of blocks"))
	}
	shape := slices.Repeat([]int{1}, len(x))
	axis := (whole(in, "axis", 1) + len(x)) % len(x)
	shape[axis] = x[axis]
	return b.reshape(scale, shape), nil
}

// real is what a quantized operand stands for: less its zero point, times its scale, one or one for each place along an axis.
func (b *backward) real(v, scale, zero, axis int) int {
	in := []int{v, scale}
	if zero != network.None {
		in = append(in, zero)
	}
	return b.op("DequantizeLinear", map[string]any{"axis": int64(axis)}, b.shape(v), in...)
}

// qLinear is an operator on quantized operands, x and a weight whose channels lie along an axis, quantized again.
func qLinear(op string, axis int) func(b *backward, in *network.Instruction) (int, error) {
	return func(b *backward, in *network.Instruction) (int, error) {
		v := in.In
		operands := []int{b.real(v[0], v[1], v[2], 0), b.real(v[3], v[4], v[5], axis)}
		if len(v) > 8 && v[8] != network.None {
			steps := b.mul(v[1], v[4])
			operands = append(operands, b.mul(b.op("Cast", map[string]any{"to": int64(1)}, b.shape(v[8]), v[8]), steps))
		}
		if op == "MatMul" && elements(b.shape(v[1]))*elements(b.shape(v[4])) > 1 {
			return 0, unknown(lang.Text("with a scale for each row or column"))
		}
		y := b.op(op, in.Attributes, b.shape(in.Out[0]), operands...)
		return b.op("QuantizeLinear", nil, b.shape(in.Out[0]), y, v[6], v[7]), nil
	}
}

// qInteger is an operator on integers less their zero points, of which both are one number.
func qInteger(op string) func(b *backward, in *network.Instruction) (int, error) {
	return func(b *backward, in *network.Instruction) (int, error) {
		var operands []int
		for i, v := range in.In[:2] {
			zero := network.None
			if len(in.In) > 2+i {
				zero = in.In[2+i]
			}
			if zero != network.None && elements(b.shape(zero)) > 1 {
				return 0, unknown(lang.Text("with a zero point for each row or column"))
			}
			one := b.constant(tensor.ArrayOf([]float32{1}))
			if zero != network.None {
				one = b.reshape(one, b.shape(zero))
			}
			operands = append(operands, b.real(v, one, zero, 0))
		}
		return b.op(op, in.Attributes, b.shape(in.Out[0]), operands...), nil
	}
}
