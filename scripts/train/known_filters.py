#!/usr/bin/env python3
"""Writes configs/networks/filters.onnx: a network whose every map can be explained, since nobody trained it.

usage: scripts/train/known_filters.py [--out FILE]

Input: a picture, N x 3 x H x W, 0 to 1, of any size.
  gray     1 map: the luma of BT.601.
  edges    8 maps, a rise of brightness towards 0, 45, …, 315 degrees (0 is to the right, 90 up): derivatives of a Gaussian.
  blobs    4 maps: dark and bright spots, small and large: Laplacians of a Gaussian.
  lines    4 maps: along an edge, the edges of one direction and its opposite added up, in 0, 45, 90 and 135 degrees.
  corners  4 maps: where a horizontal and a vertical edge end in each other: a bright thing's upper left, upper right, lower
           right and lower left corner.
Needs onnx and numpy; building convx needs neither, the result is checked in.
"""
import argparse

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper


def gaussian(sigma, size):
    r = np.arange(size) - size // 2
    y, x = np.meshgrid(r, r, indexing="ij")
    g = np.exp(-(x * x + y * y) / (2 * sigma * sigma))
    return x, -y, g / g.sum()  # y upwards


def edge(degrees, sigma=1.0, size=9):
    """The derivative of a Gaussian in a direction: a step from 0 to 1 in that direction gives 1."""
    x, y, g = gaussian(sigma, size)
    t = np.radians(degrees)
    k = (x * np.cos(t) + y * np.sin(t)) * g
    return k / k[k > 0].sum()


def blob(sign, sigma, size=9):
    """A Laplacian of a Gaussian of sum 0: a spot of its size, bright (+1) or dark (-1), gives about 1."""
    x, y, g = gaussian(sigma, size)
    k = (2 * sigma**2 - (x * x + y * y)) * g
    k -= k.mean()
    return sign * k / k[k > 0].sum()


EDGES = [45 * i for i in range(8)]


def lines():
    """4 x 8 x 3 x 3: edges of one direction and of its opposite, both sides of a stroke, over three by three places."""
    w = np.zeros((4, 8, 3, 3))
    for i in range(4):
        w[i, [i, i + 4]] = 1 / 9
    return w


def corners(size=9):
    """4 x 8 x 9 x 9: a bright quarter of the plane. Its two edges begin at the middle: what goes on beyond it is a straight edge
    and counts against."""
    r = np.arange(size) - size // 2
    y, x = np.meshgrid(r, r, indexing="ij")
    near = lambda t: np.exp(-t * t / 2)
    w = np.zeros((4, 8, size, size))
    for i, (right, down) in enumerate([(1, 1), (-1, 1), (-1, -1), (1, -1)]):
        upright, level = EDGES.index(0 if right > 0 else 180), EDGES.index(270 if down > 0 else 90)
        w[i, upright] = np.sign(y) * down * near(x)
        w[i, level] = np.sign(x) * right * near(y)
    return w / w[0].clip(0).sum()


def conv(name, x, weight, bias, pad):
    w = numpy_helper.from_array(weight.astype(np.float32), name + ".weight")
    b = numpy_helper.from_array(np.asarray(bias, np.float32), name + ".bias")
    return helper.make_node("Conv", [x, w.name, b.name], [name + ".sum"], name=name + ".conv", kernel_shape=list(weight.shape[2:]), pads=[pad] * 4), w, b


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--out", default="configs/networks/filters.onnx")
    a = ap.parse_args()
    nodes, weights = [], []

    def stage(name, x, weight, bias, pad, act=True):
        node, *w = conv(name, x, weight, bias, pad)
        weights.extend(w)
        nodes.append(node)
        if not act:
            node.output[0] = name
        else:
            nodes.append(helper.make_node("Relu", [name + ".sum"], [name], name=name))

    stage("gray", "picture", np.array([0.299, 0.587, 0.114]).reshape(1, 3, 1, 1), [0], 0, act=False)
    # The picture's border is no edge: it goes on as it ends.
    weights.append(numpy_helper.from_array(np.array([0, 0, 4, 4, 0, 0, 4, 4]), "pads"))
    nodes.append(helper.make_node("Pad", ["gray", "pads"], ["padded"], name="padded", mode="edge"))
    stage("edges", "padded", np.stack([edge(d) for d in EDGES])[:, None], [0] * 8, 0)
    stage("blobs", "padded", np.stack([blob(s, g) for g in (1.0, 2.0) for s in (-1, 1)])[:, None], [0] * 4, 0)
    stage("lines", "edges", lines(), [-0.02] * 4, 1)
    stage("corners", "edges", corners(), [-0.04] * 4, 4)
    size = ["N", 3, "H", "W"]
    value = lambda name, c: helper.make_tensor_value_info(name, TensorProto.FLOAT, ["N", c, "H", "W"])
    graph = helper.make_graph(nodes, "filters", [helper.make_tensor_value_info("picture", TensorProto.FLOAT, size)],
                              [value("blobs", 4), value("lines", 4), value("corners", 4)], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=7, producer_name="convx")
    model.doc_string = "Edges, blobs, lines and corners, known filters"
    for key, text in {"preprocess": "unit", "channels": "rgb", "input": "1x3x208x320"}.items():
        p = model.metadata_props.add()
        p.key, p.value = key, text
    onnx.checker.check_model(model)
    onnx.save(model, a.out)


if __name__ == "__main__":
    main()
