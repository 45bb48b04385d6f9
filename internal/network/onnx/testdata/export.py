"""Exports the networks in this folder from torchvision and takes the weights out: what is left is the graph.

Weights keep their names and dimensions and point at a file that does not exist. Prints each network's parameters and
its MACs, which hooks count while PyTorch runs it. Usage: export.py DIRECTORY
Written for torch 1.13, whose tracing exporter names nodes by the modules that they come from.
"""
import os
import sys
from math import prod

import onnx
import torch
import torchvision
from onnx import TensorProto
from torch import nn


def strip(path, short):
    model = onnx.load(path)
    for t in model.graph.initializer:
        if prod(t.dims) > 64 and t.data_type != TensorProto.INT64:
            for field in ("raw_data", "float_data", "int32_data"):
                t.ClearField(field)
            t.data_location = TensorProto.EXTERNAL
            entry = t.external_data.add()
            entry.key, entry.value = "location", "w"
    del model.graph.value_info[:]
    names = {}
    for i, n in enumerate(model.graph.node):
        n.ClearField("doc_string")
        if short:  # the values' names say no more than the nodes'
            n.input[:] = [names.get(x, x) for x in n.input]
            for k, out in enumerate(n.output):
                names[out] = out if out == "scores" else "v%d_%d" % (i, k)
            n.output[:] = [names[x] for x in n.output]
    onnx.save(model, path)


def macs(net, size):
    total = 0

    def hook(module, args, out):
        nonlocal total
        if isinstance(module, nn.ConvTranspose2d):
            total += args[0].numel() * module.weight[0].numel()
        elif isinstance(module, (nn.Conv2d, nn.Linear)):
            total += out.numel() * module.weight[0].numel()

    hooks = [m.register_forward_hook(hook) for m in net.modules()]
    with torch.no_grad():
        net(torch.zeros(size))
    for h in hooks:
        h.remove()
    return total


def export(name, net, size, fuse=True, short=False, opset=13, axes=()):
    """fuse folds batch norms into convolutions, as exporters do for inference."""
    with torch.no_grad():
        for p in net.parameters():  # equal weights would be stored once
            p.normal_()
    path = os.path.join(sys.argv[1], name + ".onnx")
    mode = torch.onnx.TrainingMode.EVAL if fuse else torch.onnx.TrainingMode.PRESERVE
    torch.onnx.export(
        net.eval(), torch.zeros(size), path, opset_version=opset, training=mode, do_constant_folding=fuse,
        input_names=["image"], output_names=["scores"], dynamic_axes={"image": dict(axes)} if axes else None)
    strip(path, short)
    print(name, sum(p.numel() for p in net.parameters()), macs(net, size), flush=True)


class Unet(nn.Module):
    """A small U-Net with padded convolutions; the decoder aligns sizes as the paper's crops do, by padding."""

    def __init__(self, width=16):
        super().__init__()

        def double(i, o):
            return nn.Sequential(nn.Conv2d(i, o, 3, padding=1), nn.BatchNorm2d(o), nn.ReLU(), nn.Conv2d(o, o, 3, padding=1), nn.BatchNorm2d(o), nn.ReLU())

        w = [width << i for i in range(4)]
        self.down = nn.ModuleList([double(i, o) for i, o in zip([3] + w[:3], w)])
        self.up = nn.ModuleList([nn.ConvTranspose2d(w[i + 1], w[i], 2, 2) for i in range(3)])
        self.join = nn.ModuleList([double(2 * w[i], w[i]) for i in range(3)])
        self.last = nn.Conv2d(width, 2, 1)

    def forward(self, x):
        kept = []
        for i, d in enumerate(self.down):
            x = d(nn.functional.max_pool2d(x, 2) if i else x)
            kept.append(x)
        for i in (2, 1, 0):
            x, k = self.up[i](x), kept[i]
            x = nn.functional.pad(x, (0, k.shape[3] - x.shape[3], 0, k.shape[2] - x.shape[2]))
            x = self.join[i](torch.cat([k, x], 1))
        return self.last(x)


if __name__ == "__main__":
    m, image = torchvision.models, (1, 3, 224, 224)
    batch, free = ((0, "batch"),), ((0, "batch"), (2, "height"), (3, "width"))
    export("mobilenet_v2", m.mobilenet_v2(weights=None), image, fuse=False, axes=batch)
    export("mobilenet_v3_small", m.mobilenet_v3_small(weights=None), image)
    export("shufflenet_v2", m.shufflenet_v2_x1_0(weights=None), image, opset=11, short=True)
    export("densenet121", m.densenet121(weights=None), image, fuse=False, short=True)
    export("efficientnet_b0", m.efficientnet_b0(weights=None), image, fuse=False, opset=14)
    export("squeezenet1_1", m.squeezenet1_1(weights=None), image, opset=9)
    export("resnet18", m.resnet18(weights=None), image, opset=16)
    export("inception_v3", m.inception_v3(weights=None, aux_logits=False, init_weights=False, transform_input=True), (1, 3, 299, 299), fuse=False)
    export("deeplabv3_resnet50", m.segmentation.deeplabv3_resnet50(weights=None, weights_backbone=None), (1, 3, 520, 520), fuse=False, axes=free)
    export("unet_small", Unet(), (1, 3, 100, 140), fuse=False, axes=free)
