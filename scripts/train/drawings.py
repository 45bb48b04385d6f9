#!/usr/bin/env python3
"""Makes the data of the embedded network `drawings`, trains it, and writes configs/networks/drawings.onnx.

usage: scripts/train/drawings.py [--out FILE] [--samples FOLDER] [--check-only]

The network tells sixteen drawings apart: the ten digits, and circle, square, triangle, star, cross and arrow, 32x32 gray,
dark ink on light paper. A drawing is a few strokes (lines and arcs, below) whose points are moved, the whole turned, sheared,
scaled and shifted, drawn with a pen of some width, ink and paper of some darkness, on paper with some grain: no picture of
anyone else's is in it. Every random number comes from a seed: 0 trains, 1 tests, 2 draws the samples. Training needs PyTorch
and onnx (`apt-get install python3-torch python3-onnx`); building convx needs neither, the result is checked in.
"""
import argparse
import math

import numpy as np
import torch
from torch import nn

SIZE = 32


def line(*points):
    """A polyline through points of the unit square, x to the right, y down."""
    return np.array(points, float)


def arc(cx, cy, rx, ry, start, end, n=24):
    """A piece of an ellipse, in degrees, clockwise from the right."""
    t = np.radians(np.linspace(start, end, n))
    return np.stack([cx + rx * np.cos(t), cy + ry * np.sin(t)], 1)


def polygon(n, r, start, skip=1):
    t = np.radians(start + 360 / n * skip * np.arange(n + 1))
    return np.stack([0.5 + r * np.cos(t), 0.5 + r * np.sin(t)], 1)


def star():
    t = np.radians(-90 + 36 * np.arange(11))
    r = np.where(np.arange(11) % 2 == 0, 0.46, 0.2)
    return np.stack([0.5 + r * np.cos(t), 0.5 + r * np.sin(t)], 1)


# Each class has the ways in which people draw it; a way is a list of strokes.
CLASSES = {
    "0": [[arc(.5, .5, .27, .42, -90, 270)], [arc(.5, .5, .3, .4, -60, 300)]],
    "1": [[line((.5, .08), (.5, .92))], [line((.34, .26), (.54, .08), (.54, .92))], [line((.34, .26), (.52, .08), (.52, .92)), line((.34, .92), (.7, .92))]],
    "2": [[np.concatenate([arc(.5, .32, .26, .24, 190, 390), line((.68, .5), (.25, .92), (.78, .92))])],
          [np.concatenate([arc(.5, .3, .25, .22, 200, 400), arc(.36, .84, .1, .07, 300, 90), line((.4, .82), (.78, .92))])]],
    "3": [[np.concatenate([arc(.48, .29, .25, .2, 200, 450), arc(.48, .7, .28, .22, -90, 160)])],
          [np.concatenate([line((.26, .1), (.74, .1), (.48, .42)), arc(.48, .68, .27, .25, -90, 150)])]],
    "4": [[line((.6, .92), (.6, .08), (.22, .64), (.82, .64))], [line((.3, .1), (.26, .54), (.76, .54)), line((.68, .1), (.66, .92))]],
    "5": [[np.concatenate([line((.74, .1), (.32, .1), (.29, .45)), arc(.48, .66, .27, .24, -130, 150)])],
          [np.concatenate([line((.33, .12), (.3, .46)), arc(.48, .67, .26, .24, -120, 150)]), line((.33, .12), (.76, .1))]],
    "6": [[np.concatenate([arc(.72, .55, .46, .46, 265, 180), arc(.5, .67, .24, .24, 180, 540)])],
          [np.concatenate([line((.62, .08), (.32, .5)), arc(.5, .68, .23, .23, 200, 560)])]],
    "7": [[line((.24, .1), (.76, .1), (.42, .92))], [line((.24, .1), (.76, .1), (.42, .92)), line((.34, .5), (.68, .5))]],
    "8": [[arc(.5, .29, .2, .2, 0, 360), arc(.5, .7, .25, .22, 0, 360)],
          [np.concatenate([arc(.5, .29, .21, .2, -40, -270), arc(.5, .7, .25, .22, -90, 270), arc(.5, .29, .21, .2, 90, -40)])]],
    "9": [[np.concatenate([arc(.48, .33, .23, .23, 0, 360), line((.71, .33), (.66, .92))])],
          [np.concatenate([arc(.48, .33, .23, .23, -20, 340), arc(.35, .5, .36, .42, -25, 80)])]],
    "circle": [[arc(.5, .5, .42, .42, -90, 270)], [arc(.5, .5, .42, .42, 60, 430)]],
    "square": [[line((.14, .14), (.86, .14), (.86, .86), (.14, .86), (.14, .14))]],
    "triangle": [[polygon(3, .48, -90)], [polygon(3, .48, 90)], [line((.12, .85), (.88, .85), (.12, .15), (.12, .85))]],
    "star": [[star()], [polygon(5, .46, -90, 2)]],
    "cross": [[line((.15, .15), (.85, .85)), line((.85, .15), (.15, .85))], [line((.5, .1), (.5, .9)), line((.1, .5), (.9, .5))]],
    "arrow": [[line((.08, .5), (.92, .5)), line((.62, .22), (.92, .5), (.62, .78))], [line((.92, .5), (.08, .5)), line((.38, .22), (.08, .5), (.38, .78))],
              [line((.5, .92), (.5, .08)), line((.24, .36), (.5, .08), (.76, .36))]],
}
LABELS = list(CLASSES)
TURN = {"circle": 180, "star": 25, "square": 12, "triangle": 14, "cross": 14, "arrow": 14}  # degrees, digits less


def walk(stroke, n):
    """n points at equal steps along a polyline."""
    steps = np.r_[0, np.cumsum(np.hypot(*np.diff(stroke, axis=0).T))]
    at = np.linspace(0, steps[-1], n)
    return np.stack([np.interp(at, steps, stroke[:, k]) for k in (0, 1)], 1)


def shake(points, rng, size):
    """A hand that trembles slowly: smooth noise along the stroke."""
    t = np.linspace(0, 1, len(points))[:, None]
    for f in (1, 2, 3):
        phase, way = rng.uniform(0, 2 * math.pi, 2), rng.normal(0, size / f, 2)
        points = points + way * np.sin(2 * math.pi * f * t / 2 + phase)
    return points


def drawing(name, rng):
    """One drawing: SIZE x SIZE, 1 is paper."""
    ways = CLASSES[name]
    strokes = ways[rng.integers(len(ways))]
    turn = math.radians(rng.normal(0, TURN.get(name, 9) / 2))
    sx, sy = rng.uniform(.5, .95, 2)
    if name in TURN:
        sy = sx * rng.uniform(.8, 1.25)
    elif sx > sy:
        sx = sy * rng.uniform(.7, 1)
    shear = rng.normal(0, .12)
    m = np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]]) @ np.array([[sx, shear * sy], [0, sy]])
    points = np.concatenate([shake(walk(s + rng.normal(0, .015, s.shape), 70), rng, .016) for s in strokes])
    points = (points - .5) @ m.T
    room = np.maximum(.46 - np.abs(points).max(0), 0)
    points = (points + .5 + rng.uniform(-1, 1, 2) * room) * SIZE - .5
    y, x = np.mgrid[:SIZE, :SIZE]
    far = np.sqrt(((np.stack([x.ravel(), y.ravel()], 1)[:, None] - points[None]) ** 2).sum(2)).min(1).reshape(SIZE, SIZE)
    ink = np.clip(rng.uniform(.6, 2.1) + .5 - far, 0, 1)
    paper, pen = rng.uniform(.75, 1), rng.uniform(0, .35)
    grain = rng.normal(0, rng.uniform(0, .05), (SIZE, SIZE))
    light = rng.normal(0, .04, 2) @ np.stack([x, y]).reshape(2, -1) / SIZE
    return np.clip(paper + light.reshape(SIZE, SIZE) + (pen - paper) * ink + grain, 0, 1).astype(np.float32)


def drawings(n, seed):
    rng = np.random.default_rng(seed)
    y = np.arange(n) % len(LABELS)
    x = np.stack([drawing(LABELS[c], rng) for c in y])
    x = np.round(x * 255) / 255  # as a PNG stores it
    return torch.from_numpy(x[:, None].astype(np.float32)), torch.from_numpy(y)


class Drawings(nn.Module):
    """Three convolutions, each with a pool behind it, and a linear layer over the means of the last maps."""

    def __init__(self):
        super().__init__()
        self.conv1, self.conv2, self.conv3 = nn.Conv2d(1, 16, 5, padding=2), nn.Conv2d(16, 32, 3, padding=1), nn.Conv2d(32, 64, 3, padding=1)
        self.conv4 = nn.Conv2d(64, 64, 3, padding=1)
        self.norm2, self.norm3, self.norm4 = nn.BatchNorm2d(32), nn.BatchNorm2d(64), nn.BatchNorm2d(64)
        self.classes = nn.Linear(64, len(LABELS))

    def forward(self, x):
        x = nn.functional.max_pool2d(self.conv1(x).relu(), 2)
        x = nn.functional.max_pool2d(self.norm2(self.conv2(x)).relu(), 2)
        x = nn.functional.max_pool2d(self.norm3(self.conv3(x)).relu(), 2)
        x = self.norm4(self.conv4(x)).relu()
        return self.classes(x.mean((2, 3))).softmax(1)


def train(epochs, n):
    torch.manual_seed(0)
    x, y = drawings(n, 0)
    net, batch = Drawings(), 128
    opt = torch.optim.AdamW(net.parameters(), 3e-3, weight_decay=1e-3)
    plan = torch.optim.lr_scheduler.OneCycleLR(opt, 6e-3, epochs=epochs, steps_per_epoch=math.ceil(n / batch))
    for e in range(epochs):
        net.train()
        for part in torch.randperm(n).split(batch):
            loss = nn.functional.nll_loss((net(x[part]) + 1e-9).log(), y[part])
            opt.zero_grad()
            loss.backward()
            opt.step()
            plan.step()
        print(f"epoch {e + 1}: loss {loss.item():.4f}", flush=True)
    return net.eval()


def export(net, path):
    import onnx
    torch.onnx.export(net, torch.zeros(1, 1, SIZE, SIZE), path, opset_version=13, input_names=["picture"], output_names=["classes"],
                      dynamic_axes={"picture": {0: "N"}, "classes": {0: "N"}})
    m = onnx.load(path)
    rename(m.graph)
    m.doc_string = "Ten digits and six shapes drawn by hand, trained"
    m.graph.name = "drawings"
    for key, value in {"labels": ",".join(LABELS), "preprocess": "unit", "channels": "gray", "input": "1x1x32x32"}.items():
        p = m.metadata_props.add()
        p.key, p.value = key, value
    onnx.checker.check_model(m)
    onnx.save(m, path)


def rename(graph):
    """The names that --at takes: conv1, relu1, pool1, … instead of the exporter's paths."""
    seen, names = {}, {}
    short = {"Conv": "conv", "Relu": "relu", "MaxPool": "pool", "ReduceMean": "mean", "Gemm": "linear", "Softmax": "softmax"}
    last = graph.output[0].name
    for node in graph.node:
        kind = short[node.op_type]
        seen[kind] = seen.get(kind, 0) + 1
        node.name = kind + (str(seen[kind]) if kind in ("conv", "relu", "pool") else "")
        if node.output[0] != last:
            names[node.output[0]] = node.name
    for node in graph.node:
        node.input[:] = [names.get(n, n) for n in node.input]
        node.output[:] = [names.get(n, n) for n in node.output]


def samples(folder):
    """A few drawings that nobody trained on, as PNG: pictures for the demo."""
    from PIL import Image
    rng = np.random.default_rng(2)
    for name in ("star", "7", "arrow"):
        picture = Image.fromarray((drawing(name, rng) * 255).round().astype(np.uint8))
        picture.save(f"{folder}/drawing-{name}.png")


def accuracy(path, n=4096):
    import onnx
    from onnx import numpy_helper
    w = {t.name: torch.from_numpy(numpy_helper.to_array(t).copy()) for t in onnx.load(path).graph.initializer}
    x, y = drawings(n, 1)
    # The norms are folded into the convolutions by the exporter: read the weights in the order in which they stand.
    nodes = [d for d in onnx.load(path).graph.node]
    for d in nodes:
        if d.op_type == "Conv":
            k = w[d.input[1]]
            x = nn.functional.conv2d(x, k, w[d.input[2]], padding=k.shape[2] // 2)
        elif d.op_type == "Relu":
            x = x.relu()
        elif d.op_type == "MaxPool":
            x = nn.functional.max_pool2d(x, 2)
        elif d.op_type == "ReduceMean":
            x = x.mean((2, 3))
        elif d.op_type == "Gemm":
            x = x @ w[d.input[1]].T + w[d.input[2]]
    wrong = (x.argmax(1) != y)
    pairs = {}
    for a, b in zip(y[wrong].tolist(), x.argmax(1)[wrong].tolist()):
        pairs[LABELS[a], LABELS[b]] = pairs.get((LABELS[a], LABELS[b]), 0) + 1
    print("most confused:", sorted(pairs.items(), key=lambda p: -p[1])[:6])
    return 1 - wrong.float().mean().item()


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--out", default="configs/networks/drawings.onnx")
    ap.add_argument("--samples", default="configs/samples")
    ap.add_argument("--epochs", type=int, default=12)
    ap.add_argument("--drawings", type=int, default=32000)
    ap.add_argument("--check-only", action="store_true")
    a = ap.parse_args()
    if not a.check_only:
        export(train(a.epochs, a.drawings), a.out)
        samples(a.samples)
    print(f"{100 * accuracy(a.out):.2f} % of 4,096 drawings that it has not seen")


if __name__ == "__main__":
    main()
