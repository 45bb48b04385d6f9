"""Writes five networks from their papers' tables, as the exporters of ONNX's first years did: version 3 of the format, in which every
weight is an input of the graph too; operators of version 9; Dropout with a mask; a shape for Reshape in the fields of integers.
Weights are not there: ConstantOfShape stands in for each that is large. Usage: published.py DIRECTORY
"""
import os
import sys
from math import prod

import numpy as np
from onnx import TensorProto, helper, numpy_helper, save


class Graph:
    def __init__(self, name, size=224):
        self.name, self.nodes, self.weights, self.inputs, self.made = name, [], [], [], 0
        self.data = helper.make_tensor_value_info("data", TensorProto.FLOAT, [1, 3, size, size])

    def given(self, tensor):
        self.weights.append(tensor)
        self.inputs.append(helper.make_tensor_value_info(tensor.name, tensor.data_type, list(tensor.dims)))
        return tensor.name

    def weight(self, name, *shape):
        if prod(shape) <= 64:
            return self.given(numpy_helper.from_array(np.zeros(shape, np.float32), name))
        dims = self.given(helper.make_tensor(name + ".shape", TensorProto.INT64, [len(shape)], shape))
        value = helper.make_tensor("", TensorProto.FLOAT, [1], [0.01])
        self.nodes.append(helper.make_node("ConstantOfShape", [dims], [name], value=value))
        return name

    def add(self, kind, *inputs, outputs=1, **attributes):
        name = f"v{self.made}"
        self.made += 1
        self.nodes.append(helper.make_node(kind, list(inputs), [name] + [f"{name}.{i}" for i in range(1, outputs)], **attributes))
        return name

    def conv(self, x, i, o, k, s=1, p=0, groups=1, bias=True):
        name = f"conv{self.made}"
        inputs = [x, self.weight(name + ".weight", o, i // groups, k, k)] + ([self.weight(name + ".bias", o)] if bias else [])
        return self.add("Conv", *inputs, kernel_shape=[k, k], strides=[s, s], pads=[p] * 4, **({"group": groups} if groups > 1 else {}))

    def relu(self, x):
        return self.add("Relu", x)

    def pool(self, x, k=3, s=2, pads=(0, 0, 0, 0), kind="MaxPool"):
        return self.add(kind, x, kernel_shape=[k, k], strides=[s, s], pads=list(pads))

    def norm(self, x):
        return self.add("LRN", x, size=5, alpha=1e-4, beta=0.75, bias=1.0)

    def flat(self, x, n):
        shape = helper.make_tensor(f"shape{self.made}", TensorProto.INT64, [2], [1, n])
        return self.add("Reshape", x, self.given(shape))

    def linear(self, x, i, o):
        name = f"fc{self.made}"
        return self.add("Gemm", x, self.weight(name + ".weight", o, i), self.weight(name + ".bias", o), transB=1)

    def dropout(self, x):
        return self.add("Dropout", x, outputs=2, ratio=0.5)

    def write(self, folder, x, *shape):
        self.nodes.append(helper.make_node("Softmax", [x], ["scores"]))
        scores = helper.make_tensor_value_info("scores", TensorProto.FLOAT, shape)
        # The picture is not the first input.
        graph = helper.make_graph(self.nodes, self.name, self.inputs[:1] + [self.data] + self.inputs[1:], [scores], self.weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 9)], producer_name="convx")
        model.ir_version = 3
        save(model, os.path.join(folder, f"light_{self.name}.onnx"))


def alexnet(folder):
    """Krizhevsky, Sutskever & Hinton 2012: two columns as groups."""
    g = Graph("alexnet")
    x = g.pool(g.norm(g.relu(g.conv("data", 3, 96, 11, 4, 2))))
    x = g.pool(g.norm(g.relu(g.conv(x, 96, 256, 5, 1, 2, groups=2))))
    x = g.relu(g.conv(x, 256, 384, 3, 1, 1))
    x = g.relu(g.conv(x, 384, 384, 3, 1, 1, groups=2))
    x = g.pool(g.relu(g.conv(x, 384, 256, 3, 1, 1, groups=2)))
    x = g.dropout(g.relu(g.linear(g.flat(x, 9216), 9216, 4096)))
    x = g.dropout(g.relu(g.linear(x, 4096, 4096)))
    g.write(folder, g.linear(x, 4096, 1000), 1, 1000)


def vgg19(folder):
    """Simonyan & Zisserman 2014, column E."""
    g = Graph("vgg19")
    x, channels = "data", 3
    for width, depth in ((64, 2), (128, 2), (256, 4), (512, 4), (512, 4)):
        for _ in range(depth):
            x, channels = g.relu(g.conv(x, channels, width, 3, 1, 1)), width
        x = g.pool(x, 2)
    x = g.dropout(g.relu(g.linear(g.flat(x, 25088), 25088, 4096)))
    x = g.dropout(g.relu(g.linear(x, 4096, 4096)))
    g.write(folder, g.linear(x, 4096, 1000), 1, 1000)


def inception_v1(folder):
    """Szegedy et al. 2014, table 1. Its poolings round up: they are padded at the end."""
    g = Graph("inception_v1")
    end = (0, 0, 1, 1)

    def block(x, i, one, three_reduce, three, five_reduce, five, project):
        return g.add("Concat",
                     g.relu(g.conv(x, i, one, 1)),
                     g.relu(g.conv(g.relu(g.conv(x, i, three_reduce, 1)), three_reduce, three, 3, 1, 1)),
                     g.relu(g.conv(g.relu(g.conv(x, i, five_reduce, 1)), five_reduce, five, 5, 1, 2)),
                     g.relu(g.conv(g.pool(x, 3, 1, (1, 1, 1, 1)), i, project, 1)), axis=1), one + three + five + project

    x = g.norm(g.pool(g.relu(g.conv("data", 3, 64, 7, 2, 3)), pads=end))
    x = g.relu(g.conv(g.relu(g.conv(x, 64, 64, 1)), 64, 192, 3, 1, 1))
    x, channels = g.pool(g.norm(x), pads=end), 192
    for stage in (((64, 96, 128, 16, 32, 32), (128, 128, 192, 32, 96, 64)),
                  ((192, 96, 208, 16, 48, 64), (160, 112, 224, 24, 64, 64), (128, 128, 256, 24, 64, 64), (112, 144, 288, 32, 64, 64), (256, 160, 320, 32, 128, 128)),
                  ((256, 160, 320, 32, 128, 128), (384, 192, 384, 48, 128, 128))):
        for widths in stage:
            x, channels = block(x, channels, *widths)
        x = g.pool(x, pads=end) if channels < 1024 else g.pool(x, 7, 1, kind="AveragePool")
    g.write(folder, g.linear(g.flat(g.dropout(x), 1024), 1024, 1000), 1, 1000)


def squeezenet(folder):
    """Iandola et al. 2016, version 1.1 of its authors' page: poolings earlier, a first layer of 3x3."""
    g = Graph("squeezenet")
    x, channels = g.relu(g.conv("data", 3, 64, 3, 2)), 64
    for squeeze, expand, pooled in ((16, 64, True), (16, 64, False), (32, 128, True), (32, 128, False), (48, 192, True), (48, 192, False), (64, 256, False), (64, 256, False)):
        if pooled:
            x = g.pool(x)
        s = g.relu(g.conv(x, channels, squeeze, 1))
        x, channels = g.add("Concat", g.relu(g.conv(s, squeeze, expand, 1)), g.relu(g.conv(s, squeeze, expand, 3, 1, 1)), axis=1), 2 * expand
    x = g.relu(g.conv(g.dropout(x), channels, 1000, 1))
    g.write(folder, g.add("GlobalAveragePool", x), 1, 1000, 1, 1)


def resnet50(folder):
    """He et al. 2015, table 1; the stride is in the 3x3 layers, as most implementations have it."""
    g = Graph("resnet50")

    def conv(x, i, o, k, s=1):
        name = f"bn{g.made}"
        return g.add("BatchNormalization", g.conv(x, i, o, k, s, k // 2, bias=False), *[g.weight(f"{name}.{w}", o) for w in ("scale", "shift", "mean", "variance")], epsilon=1e-5)

    x, channels = g.pool(g.relu(conv("data", 3, 64, 7, 2)), pads=(1, 1, 1, 1)), 64
    for stage, (width, depth) in enumerate(((64, 3), (128, 4), (256, 6), (512, 3))):
        for n in range(depth):
            stride = 2 if stage > 0 and n == 0 else 1
            y = conv(g.relu(conv(g.relu(conv(x, channels, width, 1)), width, width, 3, stride)), width, 4 * width, 1)
            shortcut = conv(x, channels, 4 * width, 1, stride) if n == 0 else x
            x, channels = g.relu(g.add("Sum", y, shortcut)), 4 * width
    g.write(folder, g.linear(g.flat(g.pool(x, 7, 1, kind="AveragePool"), 2048), 2048, 1000), 1, 1000)


for network in (alexnet, vgg19, inception_v1, squeezenet, resnet50):
    network(sys.argv[1])
