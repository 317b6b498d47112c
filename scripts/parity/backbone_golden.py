"""What the stages of residual networks give in torchvision and timm, dilated and with other norms.

    python scripts/parity/backbone_golden.py > library/src/test/resources/resnet4j/model/backbone.csv

A line is: network, output stride, norm, level, shape, sum, sum weighted by 0 to 6 in turn, first value,
last value; and, with the level "names", the number of weights and the SHA-256 of their names, one a line. torch 2.10.0,
torchvision 0.25.0, timm 1.0.31.
"""

import hashlib

import timm
import torch
import torchvision
from torchvision.models._utils import IntermediateLayerGetter
from torchvision.ops.misc import FrozenBatchNorm2d

LAYERS = ["relu", "layer1", "layer2", "layer3", "layer4"]
NORMS = {
    "batch": torch.nn.BatchNorm2d,
    "frozen": FrozenBatchNorm2d,
    "group": lambda channels: torch.nn.GroupNorm(32, channels),
}


def image():
    i = torch.arange(3 * 70 * 61)
    return ((i * 37 % 101) / 50 - 1).reshape(1, 3, 70, 61)


def line(name, stride, norm, net, maps):
    names = [n for n in net.state_dict() if not n.startswith("fc.")]
    digest = hashlib.sha256("\n".join(names).encode()).hexdigest()
    print(f"{name},{stride},{norm},names,{len(names)},{digest},,,")
    for level, x in maps.items():
        numbers = x.double().flatten()
        shape = "x".join(map(str, x.shape))
        print(f"{name},{stride},{norm},{level},{shape},{numbers.sum():.9g},{(numbers * (torch.arange(len(numbers)) % 7)).sum():.9g},"
              f"{numbers[0]:.9g},{numbers[-1]:.9g}")


with torch.no_grad():
    for name, stride, norm in [
        ("resnet50", 32, "batch"), ("resnet50", 16, "batch"), ("resnet50", 8, "batch"), ("resnet18", 32, "frozen"),
        ("resnet18", 32, "group"), ("resnext50_32x4d", 16, "frozen"), ("wide_resnet50_2", 8, "batch"),
    ]:
        dilate = [stride <= 4, stride <= 8, stride <= 16]
        torch.manual_seed(0)
        net = getattr(torchvision.models, name)(replace_stride_with_dilation=dilate, norm_layer=NORMS[norm]).eval()
        line(name, stride, norm, net, IntermediateLayerGetter(net, {level: level for level in LAYERS})(image()))
    for name, stride in [("resnet18", 8), ("resnet50d", 8), ("seresnet50", 16)]:
        torch.manual_seed(0)
        net = timm.create_model(name, output_stride=stride, zero_init_last=False).eval()
        x, maps = net.act1(net.bn1(net.conv1(image()))), {}
        maps["relu"], x = x, net.maxpool(x)
        for level in LAYERS[1:]:
            maps[level] = x = getattr(net, level)(x)
        line(name, stride, "batch", net, maps)
