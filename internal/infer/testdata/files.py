"""Makes files.txt and files.npz: networks of one or a few layers, what goes in, their weights under PyTorch's names, and what PyTorch
makes of them. Run it with torch and numpy; the tests need neither.

A line of files.txt is a name and a network file. files.npz holds name/x and name/y, and name/w/… for each weight."""

import numpy as np
import torch
import torch.nn as nn
import torch.nn.functional as F

torch.manual_seed(0)
lines, arrays = [], {}


def case(name, text, module, *shape, prefix=""):
    """module is an nn.Module, whose weights are named after a layer by prefix, or a function of the input."""
    x = torch.randn(*shape)
    if isinstance(module, nn.Module):
        module.eval()
        for m in module.modules():
            if isinstance(m, (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)):
                m.running_mean.normal_()
                m.running_var.uniform_(0.5, 2)
        for p in module.parameters():
            if p.dim() == 1:
                nn.init.uniform_(p, -1, 1)
        for k, v in module.state_dict().items():
            if not k.endswith("num_batches_tracked"):
                arrays[f"{name}/w/{prefix}{k}"] = v.numpy()
    with torch.no_grad():
        y = module(x)
    arrays[f"{name}/x"], arrays[f"{name}/y"] = x.numpy(), y.numpy()
    dims = len(shape) - 2
    lines.append(f"{name} {{dims: {dims}, input: {'x'.join(map(str, shape))}, layers: [{text}]}}")


def op(name, keys, module, *shape):
    case(f"{name}-{len(lines)}", "{" + f"op: {name}, name: it{', ' + keys if keys else ''}" + "}", module, *shape, prefix="it.")


def variant(name, keys, module, *shape):
    case(f"{name}-{len(lines)}", "{" + f"variant: {name}, name: it{', ' + keys if keys else ''}" + "}", module, *shape, prefix="it.")


# convolutions
variant("standard", "out_channels: 5, kernel: 3x2, stride: 2x1, padding: 1x2, dilation: 1x1", nn.Conv2d(4, 5, (3, 2), (2, 1), (1, 2)), 2, 4, 9, 10)
for mode in ("reflect", "replicate", "circular"):
    variant("standard", f"out_channels: 3, kernel: 3, padding: 2, pad_mode: {mode}", nn.Conv2d(4, 3, 3, padding=2, padding_mode=mode), 1, 4, 7, 6)
variant("dilated", "out_channels: 6, kernel: 3, padding: 2, dilation: 2", nn.Conv1d(4, 6, 3, padding=2, dilation=2), 2, 4, 17)
variant("grouped", "out_channels: 6, kernel: 3, groups: 2", nn.Conv3d(4, 6, 3, groups=2), 1, 4, 5, 6, 4)
variant("depthwise", "multiplier: 2, kernel: 5, padding: 2, bias: false", nn.Conv2d(3, 6, 5, padding=2, groups=3, bias=False), 1, 3, 8, 9)
variant("pointwise", "out_channels: 7", nn.Conv2d(3, 7, 1), 2, 3, 5, 6)
variant("transposed", "out_channels: 5, kernel: 3, stride: 2, padding: 1, output_padding: 1", nn.ConvTranspose2d(4, 5, 3, 2, 1, 1), 1, 4, 5, 6)
variant("transposed", "out_channels: 6, kernel: 4, stride: 3, groups: 2, dilation: 2", nn.ConvTranspose1d(4, 6, 4, 3, 0, 0, 2, dilation=2), 1, 4, 11)


class Separable(nn.Module):
    def __init__(self):
        super().__init__()
        self.depthwise, self.pointwise = nn.Conv2d(4, 4, 3, padding=1, groups=4), nn.Conv2d(4, 7, 1)

    def forward(self, x):
        return self.pointwise(self.depthwise(x))


class Inverted(nn.Module):
    def __init__(self):
        super().__init__()
        self.expand, self.depthwise, self.project = nn.Conv2d(4, 12, 1), nn.Conv2d(12, 12, 3, padding=1, groups=12), nn.Conv2d(12, 4, 1)

    def forward(self, x):
        return x + self.project(F.relu6(self.depthwise(F.relu6(self.expand(x)))))


class SE(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1, self.fc2 = nn.Linear(8, 2), nn.Linear(2, 8)

    def forward(self, x):
        s = torch.sigmoid(self.fc2(F.relu(self.fc1(x.mean((2, 3))))))
        return x * s[:, :, None, None]


variant("separable", "out_channels: 7, kernel: 3, padding: 1", Separable(), 1, 4, 6, 7)
variant("inverted-residual", "expansion: 3", Inverted(), 1, 4, 6, 7)
variant("se", "reduction: 4", SE(), 2, 8, 5, 6)

# pools
for k, keys in ((dict(kernel_size=3, stride=2, padding=1), "kernel: 3, stride: 2, padding: 1"), (dict(kernel_size=3, stride=2, ceil_mode=True), "kernel: 3, stride: 2, ceil: true"),
                (dict(kernel_size=(2, 3)), "kernel: 2x3")):
    op("max-pool", keys, nn.MaxPool2d(**k), 1, 3, 9, 10)
    op("average-pool", keys, nn.AvgPool2d(**k), 1, 3, 9, 10)
op("average-pool", "kernel: 3, stride: 2, padding: 1, count_include_pad: false", nn.AvgPool2d(3, 2, 1, count_include_pad=False), 1, 3, 9, 10)
op("global-average-pool", "", lambda x: x.mean((2, 3), keepdim=True), 2, 3, 5, 4)
op("global-max-pool", "", lambda x: x.amax((2, 3, 4), keepdim=True), 2, 3, 5, 4, 3)
op("adaptive-average-pool", "size: 3x4", nn.AdaptiveAvgPool2d((3, 4)), 1, 3, 7, 9)
op("adaptive-max-pool", "size: 2", nn.AdaptiveMaxPool2d(2), 1, 3, 7, 9)

# norms
op("batch-norm", "", nn.BatchNorm2d(5), 2, 5, 4, 3)
op("batch-norm", "affine: false", nn.BatchNorm1d(5, affine=False), 2, 5, 4)
op("layer-norm", "", nn.GroupNorm(1, 6), 2, 6, 4, 3)
op("group-norm", "groups: 3", nn.GroupNorm(3, 6), 2, 6, 4, 3)
op("instance-norm", "", nn.InstanceNorm2d(6, affine=True), 2, 6, 4, 3)
op("instance-norm", "affine: false", nn.InstanceNorm1d(6), 2, 6, 9)
op("lrn", "size: 5", lambda x: F.local_response_norm(x, 5, alpha=5e-4, beta=0.75, k=2), 1, 9, 4, 3)
op("lrn", "size: 4", lambda x: F.local_response_norm(x, 4, alpha=4e-4, beta=0.75, k=2), 1, 9, 4, 3)

# activations
for name, f in (("relu", F.relu), ("relu6", F.relu6), ("sigmoid", torch.sigmoid), ("tanh", torch.tanh), ("silu", F.silu), ("gelu", F.gelu), ("elu", F.elu), ("softplus", F.softplus),
                ("hard-sigmoid", F.hardsigmoid), ("hard-swish", F.hardswish), ("leaky-relu", F.leaky_relu), ("softmax", lambda x: F.softmax(x, 1))):
    op(name, "", f, 1, 5, 6, 7)
op("prelu", "", nn.PReLU(), 1, 5, 6, 7)
op("clip", "min: -0.5, max: 1", lambda x: x.clamp(-0.5, 1), 1, 5, 6, 7)

# linear, resampling, parts


class Flat(nn.Linear):
    def forward(self, x):
        return super().forward(x.flatten(1))


op("linear", "out_features: 7", Flat(30, 7), 2, 3, 2, 5)
op("linear", "out_features: 4, bias: false", Flat(12, 4, bias=False), 3, 4, 3)
for shape in ((2, 3, 6, 5), (1, 3, 9), (1, 2, 4, 3, 5)):
    mode = {3: "linear", 4: "bilinear", 5: "trilinear"}[len(shape)]
    op("resize", "scale: 2", nn.Upsample(scale_factor=2, mode=mode, align_corners=False), *shape)
    op("resize", "size: 7", nn.Upsample(size=[7] * (len(shape) - 2), mode=mode, align_corners=False), *shape)
op("resize", "scale: 3, mode: nearest", nn.Upsample(scale_factor=3, mode="nearest"), 1, 3, 4, 5)
op("pixel-shuffle", "scale: 2", nn.PixelShuffle(2), 1, 12, 3, 4)
op("depth-to-space", "scale: 3", nn.PixelShuffle(3), 1, 18, 3, 4)
op("flatten", "", nn.Flatten(), 2, 3, 2, 5)
op("dropout", "", nn.Dropout(), 1, 3, 2, 5)
op("identity", "", nn.Identity(), 1, 3, 2, 5)
op("slice", "axis: 2, start: -5, end: -1, step: 2", lambda x: x[:, :, -5:-1:2], 1, 3, 7, 5)
op("slice", "start: 1", lambda x: x[:, 1:], 1, 3, 7, 5)
op("split", "axis: 3, sizes: 1x3x2, part: 1", lambda x: x[..., 1:4], 1, 3, 7, 6)
op("transpose", "order: 0x2x3x1", lambda x: x.permute(0, 2, 3, 1), 1, 3, 7, 6)
for mode, theirs in (("zeros", "constant"), ("reflect", "reflect"), ("replicate", "replicate"), ("circular", "circular")):
    op("pad", f"padding: 1:2x0:3, mode: {mode}", lambda x, m=theirs: F.pad(x, (0, 3, 1, 2), mode=m), 1, 3, 4, 5)

# several inputs
case("add", "{op: global-average-pool, name: g}, {op: add, from: [g, input, g]}", lambda x: 2 * x.mean((2, 3), keepdim=True) + x, 2, 3, 4, 5)
case("multiply", "{op: sigmoid, name: g}, {op: multiply, from: [input, g]}", F.silu, 2, 3, 4, 5)
case("scale", "{op: global-average-pool, name: g}, {op: flatten, name: f}, {op: scale, from: [input, f]}", lambda x: x * x.mean((2, 3), keepdim=True), 2, 3, 4, 5)
case("concat", "{op: split, name: s, parts: 3}, {op: concat, from: [s.2, s, s.1]}", lambda x: torch.cat([x[:, 4:], x[:, :2], x[:, 2:4]], 1), 2, 6, 4, 5)
case("crop", "{op: max-pool, name: p, kernel: 2}, {op: crop, from: [input, p]}", lambda x: x[:, :, 2:5, 2:6], 1, 2, 7, 8)
case("matmul", "{op: transpose, name: t, order: 0x2x1}, {op: matmul, from: [input, t]}, softmax, {op: matmul, from: [softmax, input]}",
     lambda x: F.softmax(x @ x.transpose(1, 2), 1) @ x, 2, 3, 5)

# recurrent layers


class Steps(nn.Module):
    def __init__(self, make, last=False):
        super().__init__()
        self.it, self.last = make, last

    def forward(self, x):
        y, h = self.it(x.flatten(2))
        if self.last:
            h = h[0] if isinstance(h, tuple) else h
            return h.transpose(0, 1).flatten(1)
        return y


for kind, make in (("lstm", nn.LSTM), ("gru", nn.GRU)):
    for k, keys, last in ((dict(), "", False), (dict(bidirectional=True), "bidirectional: true", False), (dict(bias=False), "bias: false", False),
                          (dict(), "output: last", True), (dict(bidirectional=True), "bidirectional: true, output: last", True)):
        case(f"{kind}-{len(lines)}", "{" + f"op: {kind}, name: it, hidden: 4{', ' + keys if keys else ''}" + "}", Steps(make(3, 4, batch_first=True, **k), last), 2, 5, 3)
case("lstm-of-pictures", "{op: transpose, order: 0x3x1x2}, {op: lstm, name: it, hidden: 5}", type("Columns", (Steps,), {"forward": lambda s, x: s.it(x.permute(0, 3, 1, 2).flatten(2))[0]})(nn.LSTM(6, 5, batch_first=True)), 2, 3, 2, 7)

with open("files.txt", "w") as f:
    f.write("\n".join(lines) + "\n")
np.savez_compressed("files.npz", **arrays)
