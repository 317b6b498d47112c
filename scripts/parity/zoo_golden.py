"""What torchvision and timm say of every network of the registry that they know, for ZooTest.

usage: python zoo_golden.py > library/src/test/resources/resnet4j/model/zoo.csv

Weights, statistics and images are functions of a tensor's name and of the place in it, so that no file has to hold
them: see fill(). Each row is the name of the network, the side of the image, how many parameters it has, how many
tensors, the CRC-32 of the sorted lines "name shape", and the first five logits, computed in double
precision.
"""
import sys
import zlib
from collections import OrderedDict

import numpy as np
import timm
import torch
import torchvision
from timm.models.resnet import Bottleneck, ResNet
from timm.models.resnetv2 import ResNetV2
from timm.layers import BatchNormAct2d, create_conv2d
from torch import nn


def uniform(name, n):
    """n numbers in [-1,1): MurmurHash3's finalizer of the place, counted from the name's CRC-32."""
    h = (np.arange(n, dtype=np.uint64) * 0x9E3779B9 + zlib.crc32(name.encode())).astype(np.uint32)
    h ^= h >> 16
    h *= np.uint32(0x85EBCA6B)
    h ^= h >> 13
    h *= np.uint32(0xC2B2AE35)
    h ^= h >> 16
    return h.astype(np.float64) / 2**31 - 1


def fill(name, t):
    """Weights with variance 1.5 / fan-in, scales around 0.7, shifts around 0: deep networks stay well conditioned."""
    if t.dim() == 0:
        return
    u = uniform(name, t.numel())
    if t.dim() > 1:
        u *= np.sqrt(4.5 / (t.numel() // t.shape[0]))
    elif name.endswith("running_var"):
        u = 1 + 0.5 * u
    else:
        u = 0.2 * u + (0.7 if name.endswith("weight") else 0)
    t.copy_(torch.from_numpy(u.astype(np.float32)).reshape(t.shape))


def preact(basic, depths, channels):
    model = ResNetV2(depths, channels, 10, stem_chs=16, basic=basic, bottle_ratio=1.0 if basic else 0.25,
                     conv_layer=create_conv2d, norm_layer=BatchNormAct2d)
    model.stem = nn.Sequential(OrderedDict(conv=nn.Conv2d(3, 16, 3, padding=1, bias=False)))
    return model


def dense(layers, growth):
    n = (layers - 4) // 6
    model = torchvision.models.DenseNet(growth, (n, n, n), 2 * growth, num_classes=10)
    model.features.conv0 = nn.Conv2d(3, 2 * growth, 3, padding=1, bias=False)
    for name in ("norm0", "relu0", "pool0"):
        delattr(model.features, name)
    return model


class LeNet(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.conv2 = nn.Conv2d(3, 6, 5), nn.Conv2d(6, 16, 5)
        self.fc1, self.fc2, self.fc3 = nn.Linear(400, 120), nn.Linear(120, 84), nn.Linear(84, 10)

    def forward(self, x):
        x = nn.functional.avg_pool2d(self.conv1(x).tanh(), 2)
        x = nn.functional.avg_pool2d(self.conv2(x).tanh(), 2).flatten(1)
        return self.fc3(self.fc2(self.fc1(x).tanh()).tanh())


class SmallCnn(nn.Module):
    def __init__(self):
        super().__init__()
        layers, last = [], 3
        for width in (32, 64, 128):
            unit = OrderedDict(conv=nn.Conv2d(last, width, 3, padding=1, bias=False), bn=nn.BatchNorm2d(width), relu=nn.ReLU())
            layers += [nn.Sequential(unit), nn.MaxPool2d(2)]
            last = width
        self.body, self.fc = nn.Sequential(*layers), nn.Linear(last, 10)

    def forward(self, x):
        return self.fc(self.body(x).mean((2, 3)))


class SpeedStage(nn.Module):
    def __init__(self, i, o):
        super().__init__()
        self.conv1, self.norm1 = nn.Conv2d(i, o, 3, padding=1, bias=False), nn.BatchNorm2d(o, 1e-12)
        self.conv2, self.norm2 = nn.Conv2d(o, o, 3, padding=1, bias=False), nn.BatchNorm2d(o, 1e-12)

    def forward(self, x):
        x = nn.functional.gelu(self.norm1(nn.functional.max_pool2d(self.conv1(x), 2)))
        return nn.functional.gelu(self.norm2(self.conv2(x)) + x)


class SpeedResNet(nn.Module):
    """After airbench94 of arXiv:2404.00498, with a shortcut in each stage; only shifts of norms are trained."""

    def __init__(self):
        super().__init__()
        self.whiten = nn.Conv2d(3, 24, 2, bias=False)
        self.layers = nn.Sequential(SpeedStage(24, 64), SpeedStage(64, 256), SpeedStage(256, 256))
        self.head = nn.Linear(256, 10, bias=False)
        for name, p in self.named_parameters():
            p.requires_grad = "norm" not in name and "whiten" not in name or name.endswith("bias")

    def forward(self, x):
        return self.head(self.layers(nn.functional.gelu(self.whiten(x))).amax((2, 3)) / 9)


def resnext29(groups):
    model = ResNet(Bottleneck, (3, 3, 3), 10, cardinality=groups, base_width=64, channels=(64, 128, 256))
    model.conv1 = nn.Conv2d(3, 64, 3, padding=1, bias=False)
    model.maxpool = model.layer4 = nn.Identity()
    return model


def tv(name, **kwargs):
    return lambda: getattr(torchvision.models, name)(weights=None, **kwargs)


def from_timm(name, **kwargs):
    return lambda: timm.create_model(name, **kwargs)


IMAGENET, CIFAR = 70, 32  # 70 is rounded at every halving
NETS = {}
for name in """resnet18 resnet34 resnet50 resnet101 resnet152 resnext50_32x4d resnext101_32x8d resnext101_64x4d
        wide_resnet50_2 wide_resnet101_2 densenet121 densenet161 densenet169 densenet201 vgg11 vgg13 vgg16 vgg19 vgg11_bn
        vgg13_bn vgg16_bn vgg19_bn squeezenet1_0 squeezenet1_1 alexnet mobilenet_v2 convnext_tiny convnext_small
        convnext_base""".split():
    NETS[name] = IMAGENET, tv(name)
NETS["inception_v3"] = 80, tv("inception_v3", init_weights=False)
NETS["googlenet"] = IMAGENET, tv("googlenet", init_weights=False, aux_logits=False)
for name in """resnet200 resnet50_gn resnext101_32x4d resnetv2_18 resnetv2_34 resnetv2_50 resnetv2_101 resnetv2_152
        resnetv2_50d resnetv2_50x1_bit resnetv2_50x3_bit resnetv2_101x1_bit resnet50c resnet101c resnet152c resnet18d
        resnet34d resnet50d resnet101d resnet152d resnet200d resnetblur18 resnetblur50 resnetblur50d resnetrs50 resnetrs101
        resnetrs152 resnetrs200 seresnet18 seresnet34 seresnet50 seresnet101 seresnet152 seresnext50_32x4d
        seresnext101_32x4d seresnext101_32x8d senet154 ecaresnet50d ecaresnet101d skresnet18 skresnet34 skresnet50
        skresnet50d resnest50d res2net50_26w_4s res2net101_26w_4s""".split():
    NETS[name] = IMAGENET, from_timm(name)
NETS["resnetv2_200"] = IMAGENET, lambda: ResNetV2([3, 24, 36, 3], conv_layer=create_conv2d, norm_layer=BatchNormAct2d)
NETS["xception"] = IMAGENET, from_timm("legacy_xception")
for name in ("resnet18", "resnet34", "resnet50", "resnet101"):
    NETS["cbam_" + name] = IMAGENET, from_timm(name, block_args=dict(attn_layer="cbam"))
NETS["resnext29_8x64d"] = CIFAR, lambda: resnext29(8)
NETS["resnext29_16x64d"] = CIFAR, lambda: resnext29(16)
NETS["wrn16_8"] = CIFAR, lambda: preact(True, (2, 2, 2), (128, 256, 512))
NETS["wrn28_10"] = CIFAR, lambda: preact(True, (4, 4, 4), (160, 320, 640))
NETS["wrn40_4"] = CIFAR, lambda: preact(True, (6, 6, 6), (64, 128, 256))
NETS["preresnet110"] = CIFAR, lambda: preact(True, (18, 18, 18), (16, 32, 64))
NETS["preresnet164"] = CIFAR, lambda: preact(False, (18, 18, 18), (64, 128, 256))
NETS["preresnet1001"] = CIFAR, lambda: preact(False, (111, 111, 111), (64, 128, 256))
NETS["densenet100_12"] = CIFAR, lambda: dense(100, 12)
NETS["densenet190_40"] = CIFAR, lambda: dense(190, 40)
NETS["resnet8_speed"] = CIFAR, SpeedResNet
NETS["lenet5"] = CIFAR, LeNet
NETS["small_cnn"] = CIFAR, SmallCnn

print(f"# torch {torch.__version__}, torchvision {torchvision.__version__}, timm {timm.__version__}")
print("# name, side, parameters, tensors, CRC-32 of names and shapes, five logits")
for name, (side, make) in NETS.items():
    if sys.argv[1:] and name not in sys.argv[1:]:
        continue
    torch.manual_seed(0)
    model = make().eval()
    state = model.state_dict()
    with torch.no_grad():
        for key, t in state.items():
            fill(key, t)
        images = torch.from_numpy(uniform("images", 3 * side * side).astype(np.float32)).reshape(1, 3, side, side)
        logits = model.double()(images.double())[0, :5].tolist()
    lines = sorted(f"{key} {list(t.shape)}" for key, t in state.items())
    crc = zlib.crc32("\n".join(lines).encode())
    count = sum(p.numel() for p in model.parameters() if p.requires_grad)
    print(name, side, count, len(lines), crc, *(f"{x:.8g}" for x in logits), sep=",", flush=True)
    print(name, file=sys.stderr)
