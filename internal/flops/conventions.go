package flops

import (
	"convx/internal/layer"
	"convx/internal/lazy"
)

var conventions = lazy.Value[[]Convention]{Make: func() []Convention {
	return []Convention{
		{
			Name: "mac", Unit: "MACs", perMAC: 1,
			Differs: "multiply-accumulates of conv and linear layers; transposed on the input size; no bias, no norm",
			counts:  table(cells{layer.KindConv: macs, layer.KindTransposed: macs, layer.KindDeformable: macs, layer.KindLinear: macs}),
		},
		{
			Name: "fvcore", Unit: "MACs", perMAC: 1,
			Differs: "adds norms (2 an element), adaptive average pools (input elements), resizing; not deformable",
			counts: table(cells{
				layer.KindConv: macs, layer.KindTransposed: macs, layer.KindLinear: macs,
				layer.KindNorm: fvcoreNorm, layer.KindPool: fvcorePool, layer.KindResize: fvcoreResize,
			}),
		},
		{
			Name: "ptflops", Unit: "MACs", perMAC: 1,
			Differs: "adds the biases of conv and linear layers (aten backend); not deformable",
			counts:  table(cells{layer.KindConv: macsAndBias, layer.KindTransposed: macsAndBias, layer.KindLinear: macsAndBias}),
		},
		{
			Name: "torchinfo", Unit: "MACs", perMAC: 1,
			Differs: "(weights + biases) times output positions, transposed too; norms 2C a sample",
			counts: table(cells{
				layer.KindConv: paramsByPosition, layer.KindTransposed: paramsByPosition, layer.KindDeformable: paramsByPosition,
				layer.KindLinear: paramsBySample, layer.KindNorm: paramsBySample,
			}),
		},
		{
			Name: "thop", Unit: "MACs", perMAC: 1,
			Differs: "transposed on the output size; adds norms (4 an element), average pools, resizing; not deformable",
			counts: table(cells{
				layer.KindConv: macs, layer.KindTransposed: transposedOnOutput, layer.KindLinear: macs,
				layer.KindNorm: thopNorm, layer.KindPool: thopPool, layer.KindResize: thopResize, layer.KindActivation: thopActivation,
			}),
		},
		{
			Name: "torch", Unit: "FLOPs", perMAC: 2,
			Differs: "FLOPs, not MACs: 2 a multiply-accumulate (FlopCounterMode); not deformable",
			counts:  table(cells{layer.KindConv: times(2, macs), layer.KindTransposed: times(2, macs), layer.KindLinear: times(2, macs)}),
		},
		{
			Name: "torchvision", Unit: "MACs", perMAC: 1,
			Differs: "as mac, but printed as GFLOPS; not deformable",
			counts:  table(cells{layer.KindConv: macs, layer.KindTransposed: macs, layer.KindLinear: macs}),
		},
		{
			Name: "deepspeed", Unit: "FLOPs", perMAC: 2,
			Differs: "FLOPs: 2 a MAC, biases of convolutions; 1 an element of pools and most activations; norms; sums written with + are not seen",
			counts:  profiled(deepspeedResize),
		},
		{
			Name: "calflops", Unit: "FLOPs", perMAC: 2,
			Differs: "as deepspeed, of which it is a copy; resizing by a factor counts input elements",
			counts:  profiled(calflopsResize),
		},
		{
			Name: "onnx-tool", Unit: "MACs", perMAC: 1,
			Differs: "one more a convolution's output, bias or not; transposed on the output size by O/g; an exponential 16, a division 2",
			counts: table(cells{
				layer.KindConv: onnxToolConv, layer.KindTransposed: onnxToolTransposed, layer.KindLinear: macsAndBias, layer.KindNorm: onnxToolNorm,
				layer.KindPool: onnxToolPool, layer.KindActivation: onnxToolActivation, layer.KindAdd: extras, layer.KindScale: extras, layer.KindResize: onnxToolResize,
			}),
		},
		{
			Name: "tensorflow", Unit: "FLOPs", perMAC: 2,
			Differs: "FLOPs: 2 a MAC, biases, pools, sums, softmax; no 3-D, no norms, no other activations",
			counts: table(cells{
				layer.KindConv: tensorflowConv, layer.KindTransposed: tensorflowTransposed, layer.KindLinear: macsTwiceAndBias,
				layer.KindPool: tensorflowPool, layer.KindActivation: tensorflowActivation, layer.KindAdd: extras, layer.KindScale: extras,
			}),
		},
		Convention{
			Name: "bitops", Unit: "bit operations", byBits: true,
			Differs: "each MAC times the bits of its weight times those of its activation (Baskin et al. 2018, UNIQ, without the adder)",
		}.In(Types{}),
	}
}}
