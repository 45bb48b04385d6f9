"""Counts a model with ONNX's own shape inference: params of the weights that convolutions, Gemm, MatMul and
BatchNormalization (scale and shift) read, each array once, and MACs of the definition. Usage: oracle.py FILE...

The figures in the tests come from here; nothing is shared with the Go code. Weights that ConstantOfShape stands in
for are resolved first.
"""
import sys
from math import prod

import onnx
from onnx import numpy_helper, shape_inference

# Inputs that hold parameters, by operator.
WEIGHTS = {"Conv": (1, 2), "ConvTranspose": (1, 2), "Gemm": (1, 2), "MatMul": (0, 1), "BatchNormalization": (1, 2),
           "ConvInteger": (1,), "QLinearConv": (3, 8), "MatMulInteger": (1,), "QLinearMatMul": (0, 3),
           "InstanceNormalization": (1, 2), "PRelu": (1,)}
VIEWS = ("Identity", "Transpose", "Reshape", "DequantizeLinear", "QuantizeLinear", "Cast", "Unsqueeze")


def count(path):
    model = onnx.load(path, load_external_data=False)
    g = model.graph
    consts, root = {}, {}
    for t in g.initializer:
        consts[t.name], root[t.name] = list(t.dims), t.name
    values = {t.name: numpy_helper.to_array(t) for t in g.initializer
              if t.data_type == 7 and t.data_location == 0 and prod(t.dims) < 100}
    for n in g.node:
        if n.op_type == "ConstantOfShape" and n.input[0] in values:
            consts[n.output[0]], root[n.output[0]] = [int(d) for d in values[n.input[0]]], n.output[0]
        if n.op_type in VIEWS and n.input[0] in root:
            root[n.output[0]] = root[n.input[0]]
    shapes = dict(consts)
    inferred = shape_inference.infer_shapes(model, data_prop=True).graph
    for v in list(inferred.value_info) + list(inferred.input) + list(inferred.output):
        dims = [d.dim_value for d in v.type.tensor_type.shape.dim]
        if v.name not in shapes:
            shapes[v.name] = dims
    sizes, seen, macs, params = {k: prod(v) for k, v in consts.items()}, set(), 0, 0
    for n in g.node:
        for i in WEIGHTS.get(n.op_type, ()):
            name = n.input[i] if i < len(n.input) else ""
            r = root.get(name)
            if r and r not in seen:
                seen.add(r)
                params += sizes[r]
        out = prod(shapes.get(n.output[0], [0]))
        if n.op_type in ("Conv", "ConvInteger"):
            macs += out * prod(shapes[n.input[1]][1:])
        elif n.op_type == "QLinearConv":
            macs += out * prod(shapes[n.input[3]][1:])
        elif n.op_type == "ConvTranspose":
            macs += prod(shapes[n.input[0]]) * prod(shapes[n.input[1]][1:])
        elif n.op_type == "Gemm":
            trans = next((a.i for a in n.attribute if a.name == "transB"), 0)
            macs += out * shapes[n.input[1]][1 if trans else 0]
        elif n.op_type in ("MatMul", "MatMulInteger"):
            macs += out * shapes[n.input[0]][-1]
        elif n.op_type == "QLinearMatMul":
            macs += out * shapes[n.input[0]][-1]
    return params, macs, shapes[g.output[0].name]


if __name__ == "__main__":
    for path in sys.argv[1:]:
        print(path, *count(path))
