"""Heat maps of pytorch-grad-cam and Captum for the tests of the package explain: every fourth pixel of SqueezeNet's,
every pixel of ResNet-20's.

torch 2.10, torchvision 0.25, grad-cam 1.5.7, captum 0.9, Pillow.
    python scripts/parity/cam_golden.py SHARED_DATA library/src/test/resources/resnet4j/explain
"""

import copy
import sys
from pathlib import Path

import numpy as np
import torch
from captum.attr import GuidedBackprop, InputXGradient, IntegratedGradients
from PIL import Image
import pytorch_grad_cam.eigen_cam as eigen
from pytorch_grad_cam import EigenCAM, GradCAM, GradCAMPlusPlus, HiResCAM, LayerCAM, ScoreCAM
from pytorch_grad_cam.metrics.road import NoisyLinearImputer, ROADCombined
from pytorch_grad_cam.utils.model_targets import (ClassifierOutputSoftmaxTarget, ClassifierOutputTarget,
                                                  SemanticSegmentationTarget)
from torch import nn
from torch.nn import functional as F
from torchvision import models, transforms

component = eigen.get_2d_projection


def with_sign(maps):
    """A component's sign is free: the one that goes with the mean of the maps."""
    found, mean = component(maps)[0], maps[0].mean(0)
    return (found * np.sign((found * (mean - mean.mean())).sum()))[None]


class Block(nn.Module):
    """With parameter-free shortcuts: every second pixel, and maps of zeros on both sides. arXiv:1512.03385, option A."""

    def __init__(self, i, o):
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(i, o, 3, o // i, 1, bias=False), nn.BatchNorm2d(o)
        self.conv2, self.bn2 = nn.Conv2d(o, o, 3, 1, 1, bias=False), nn.BatchNorm2d(o)
        self.relu1, self.relu2, self.more = nn.ReLU(), nn.ReLU(), o - i

    def forward(self, x):
        y = self.bn2(self.conv2(self.relu1(self.bn1(self.conv1(x)))))
        if self.more:
            x = F.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, self.more // 2, self.more // 2))
        return self.relu2(y + x)


class ResNet20(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1, self.bn1, self.relu = nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16), nn.ReLU()
        for stage, (i, o) in enumerate(((16, 16), (16, 32), (32, 64)), 1):
            setattr(self, f"layer{stage}", nn.Sequential(Block(i, o), Block(o, o), Block(o, o)))
        self.linear = nn.Linear(64, 10)

    def forward(self, x):
        x = self.layer3(self.layer2(self.layer1(self.relu(self.bn1(self.conv1(x))))))
        return self.linear(x.mean((2, 3)))


def save(name, heat):
    np.save(out / f"{name}.npy", np.ascontiguousarray(heat, dtype=np.float32))


def scaled(heat):
    return (heat - heat.min()) / (1e-7 + heat.max() - heat.min())


def maps(net, image, target, layers, methods, prefix="", every=1):
    for layer, module in layers.items():
        for name in methods:
            heat = CAMS[name](model=net, target_layers=[module])(image, targets=[ClassifierOutputTarget(target)])[0]
            save(f"{prefix}{name}-{layer}", heat[::every, ::every])


def gradients(net, image, target, prefix="", every=1):
    exact = copy.deepcopy(net).double()  # in float, SqueezeNet's map is off by 1e-3 of its largest number
    heat = IntegratedGradients(exact).attribute(image.double(), target=target, internal_batch_size=10)[0].sum(0)
    save(prefix + "integrated", heat.detach().numpy()[::every, ::every])
    heat = InputXGradient(net).attribute(image.clone().requires_grad_(), target=target)[0].sum(0)
    save(prefix + "inputxgradient", heat.detach().numpy()[::every, ::every])
    heat = GuidedBackprop(net).attribute(image.clone().requires_grad_(), target=target)[0].abs().amax(0)
    save(prefix + "guided", scaled(heat.detach().numpy())[::every, ::every])


eigen.get_2d_projection = with_sign
CAMS = {"gradcam": GradCAM, "gradcam++": GradCAMPlusPlus, "hirescam": HiResCAM, "layercam": LayerCAM,
        "eigencam": EigenCAM, "scorecam": ScoreCAM}
data, out = Path(sys.argv[1]), Path(sys.argv[2])
torch.set_num_threads(1)
picture = Image.open(data / "torchvision-expect/grace_hopper_517x606.jpg").convert("RGB")

net = models.squeezenet1_0()
net.load_state_dict(torch.load(data / "squeezenet-imagenet/squeezenet1_0.pth"))
net.eval()
for module in net.modules():
    if isinstance(module, nn.ReLU):
        module.inplace = False  # Captum's hooks want it
ready = transforms.Compose([
    transforms.Resize(256), transforms.CenterCrop(224), transforms.ToTensor(),
    transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
])
image = ready(picture)[None]
target = int(net(image).argmax())
print("squeezenet1_0: class", target)
maps(net, image, target, {"features.12": net.features[12], "features.5": net.features[5]}, CAMS, every=4)
gradients(net, image, target, every=4)

net = ResNet20()
weights = torch.load(data / "cifar-resnets/resnet20-12fca82f.th", map_location="cpu")["state_dict"]
net.load_state_dict({name.removeprefix("module."): value for name, value in weights.items()})
net.eval()
ready = transforms.Compose([
    transforms.Resize((32, 32)), transforms.ToTensor(),
    transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
])
image = ready(picture)[None]
target = int(net(image).argmax())
print("resnet20: class", target)
layers = {"layer3": net.layer3, "layer2": net.layer2, "layer1.0.conv1": net.layer1[0].conv1}
maps(net, image, target, layers, CAMS, prefix="resnet20-")
gradients(net, image, target, prefix="resnet20-")

# ROAD without its noise, of a map whose values all differ
place = np.arange(32 * 32)
heat = ((place * 389) % 1024 / 1024).reshape(32, 32).astype(np.float32)
imputer = NoisyLinearImputer.__init__
NoisyLinearImputer.__init__ = lambda self: imputer(self, noise=0)
with torch.no_grad():
    road = ROADCombined()(image, heat[None], [ClassifierOutputSoftmaxTarget(target)], net)
print("resnet20: ROAD", float(road[0]))
save("resnet20-filled", NoisyLinearImputer()(image[0], torch.from_numpy((heat < 0.5).astype(np.float32))).numpy())
