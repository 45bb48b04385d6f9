package onnx

import (
	"slices"
	"strings"

	"convx/internal/layer"
	"convx/internal/lazy"
)

// quantizedRules are the operators between real numbers and 8-bit integers. Quantised convolutions and products stand
// with the others.
var quantizedRules = lazy.Value[map[string]rule]{Make: func() map[string]rule {
	return map[string]rule{
		"QuantizeLinear":        {apply: quantize, least: 2},
		"DequantizeLinear":      {apply: quantize, least: 2},
		"DynamicQuantizeLinear": {apply: dynamicQuantize, least: 1},
	}
}}

// quantizes reports whether an operator of a domain of its own is a quantiser by its name, as those of Brevitas, QONNX, TensorRT
// and Vitis AI are: QuantizeLinear and DequantizeLinear with something before, Quant, FakeQuantize.
func quantizes(op string) bool {
	for _, end := range []string{"QuantizeLinear", "DequantizeLinear", "Quantize", "Dequantize", "Quant", "FakeQuant", "DeQuantize"} {
		if strings.HasSuffix(op, end) && !strings.HasPrefix(op, "Dynamic") {
			return true
		}
	}
	return false
}

// quantize: a scaling and a shift an element. Constants stay the same array: a weight that is stored in 8 bits.
func quantize(c *call) error {
	x := c.in[0]
	v := value{shape: x.shape, elem: elemFloat}
	if strings.HasSuffix(c.Op, "QuantizeLinear") {
		v.elem = elemUint8
		if zero := c.optional(2); zero != nil {
			v.elem = zero.elem
		}
	}
	if x.constant {
		return c.view(v)
	}
	n, err := count("FLOPs", 1, append(slices.Clone(x.shape), 2)...)
	if err == nil {
		c.put(0, v)
		c.work(work{flops: n})
	}
	return err
}

// dynamicQuantize finds the range first: four FLOPs an element.
func dynamicQuantize(c *call) error {
	x := c.input(0)
	n, err := count("FLOPs", 1, append(slices.Clone(x), 4)...)
	if err != nil {
		return err
	}
	c.put(0, value{shape: x, elem: elemUint8})
	c.put(1, value{shape: []int{}, elem: elemFloat})
	c.put(2, value{shape: []int{}, elem: elemUint8})
	c.work(work{flops: n})
	return nil
}

// microsoftRules are the operators of com.microsoft that ONNX Runtime's optimiser and quantiser leave in CNNs.
var microsoftRules = lazy.Value[map[string]rule]{Make: func() map[string]rule {
	return map[string]rule{
		"QLinearAdd":               {apply: qLinearBinary("Add"), least: 4},
		"QLinearMul":               {apply: qLinearBinary("Mul"), least: 4},
		"QLinearSigmoid":           activation("sigmoid"),
		"QLinearLeakyRelu":         activation("leaky-relu"),
		"QLinearSoftmax":           activation("softmax"),
		"QLinearGlobalAveragePool": {apply: globalPool(layer.AveragePool), least: 1},
		"QLinearAveragePool":       {apply: pool(layer.AveragePool), least: 1},
		"QLinearConcat":            {apply: concat(2, 3), least: 3},
		"QGemm":                    {apply: gemm(0, 3, 6), least: 4},
		"FusedConv":                {apply: conv(0, 1, 2), least: 2},
		"FusedGemm":                {apply: gemm(0, 1, 2), least: 2},
		"FusedMatMul":              {apply: matMul(0, 1), least: 2},
		"MatMulIntegerToFloat":     {apply: matMul(0, 1), least: 2},
		"DynamicQuantizeMatMul":    {apply: matMul(0, 1), least: 2},
		"QuantizeLinear":           {apply: quantize, least: 2},
		"DequantizeLinear":         {apply: quantize, least: 2},
		"Gelu":                     activation("gelu"),
		"QuickGelu":                activation("silu"),
		"FastGelu":                 {apply: perElement(8), least: 1},    // the hyperbolic tangent of a cubic
		"BiasGelu":                 {apply: perElement(6, 1), least: 2}, // a sum, then gelu
	}
}}

// qLinearBinary: a, its scale and zero point, b, its scale and zero point.
func qLinearBinary(op string) func(*call) error {
	return func(c *call) error {
		plain := *c
		node := *c.Node
		node.Op, node.Inputs = op, []string{c.Inputs[0], c.Inputs[3]}
		plain.Node, plain.in = &node, []*value{c.in[0], c.in[3]}
		err := elementwise(&plain)
		c.out, c.layer = plain.out, plain.layer
		if c.layer != nil {
			for j, i := range c.layer.operands {
				c.layer.operands[j] = []int{0, 3}[i]
			}
		}
		return err
	}
}
