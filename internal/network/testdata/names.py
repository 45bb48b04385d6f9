"""Prints the names and shapes of the weights of torchvision's models (and of the DCGAN of PyTorch's examples), a model a paragraph: names.txt."""

import torch.nn as nn
import torchvision.models as models


def dcgan():
    def up(i, o, s=2, p=1):
        return [nn.ConvTranspose2d(i, o, 4, s, p, bias=False), nn.BatchNorm2d(o), nn.ReLU(True)]

    class Generator(nn.Module):
        def __init__(self):
            super().__init__()
            self.main = nn.Sequential(*up(100, 1024, 1, 0), *up(1024, 512), *up(512, 256), *up(256, 128), nn.ConvTranspose2d(128, 3, 4, 2, 1, bias=False), nn.Tanh())

    return Generator()


for ours, make in (("alexnet", models.alexnet), ("vgg-16", models.vgg16), ("resnet-50", models.resnet50), ("resnet-50-v1", models.resnet50),
                   ("resnext-50-32x4d", models.resnext50_32x4d), ("mobilenet-v2", models.mobilenet_v2), ("dcgan-generator", dcgan)):
    print(ours)
    for name, w in make().state_dict().items():
        if not name.endswith("num_batches_tracked"):
            print(" ", name, "x".join(map(str, w.shape)))
