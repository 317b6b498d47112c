"""Heat maps of pytorch-grad-cam and Captum, every fourth pixel, for the tests of the package explain.

torch 2.10, torchvision 0.25, grad-cam 1.5.7, captum 0.9, Pillow.
    python scripts/parity/cam_golden.py SHARED_DATA library/src/test/resources/resnet4j/explain
"""

import sys
from pathlib import Path

import numpy as np
import torch
from captum.attr import InputXGradient, IntegratedGradients
from PIL import Image
import pytorch_grad_cam.eigen_cam as eigen
from pytorch_grad_cam import EigenCAM, GradCAM, GradCAMPlusPlus, HiResCAM, LayerCAM, ScoreCAM
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget
from torchvision import models, transforms

component = eigen.get_2d_projection


def with_sign(maps):
    """A component's sign is free: the one that goes with the mean of the maps."""
    found, mean = component(maps)[0], maps[0].mean(0)
    return (found * np.sign((found * (mean - mean.mean())).sum()))[None]


eigen.get_2d_projection = with_sign
data, out = Path(sys.argv[1]), Path(sys.argv[2])
torch.set_num_threads(1)
net = models.squeezenet1_0()
net.load_state_dict(torch.load(data / "squeezenet-imagenet/squeezenet1_0.pth"))
net.eval()
ready = transforms.Compose([
    transforms.Resize(256), transforms.CenterCrop(224), transforms.ToTensor(),
    transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225]),
])
picture = Image.open(data / "torchvision-expect/grace_hopper_517x606.jpg").convert("RGB")
image = ready(picture)[None]
target = int(net(image).argmax())
print("class", target)
for layer, module in {"features.12": net.features[12], "features.5": net.features[5]}.items():
    for name, cam in {"gradcam": GradCAM, "gradcam++": GradCAMPlusPlus, "hirescam": HiResCAM, "layercam": LayerCAM,
                      "eigencam": EigenCAM, "scorecam": ScoreCAM}.items():
        heat = cam(model=net, target_layers=[module])(image, targets=[ClassifierOutputTarget(target)])[0]
        np.save(out / f"{name}-{layer}.npy", heat[::4, ::4].astype(np.float32))
heat = IntegratedGradients(net).attribute(image, target=target)[0].sum(0)
np.save(out / "integrated.npy", heat.detach().numpy()[::4, ::4].astype(np.float32))
heat = InputXGradient(net).attribute(image.clone().requires_grad_(), target=target)[0].sum(0)
np.save(out / "inputxgradient.npy", heat.detach().numpy()[::4, ::4].astype(np.float32))
