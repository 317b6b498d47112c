"""What torch.manual_seed(0) makes of the networks of the registry in torchvision and timm.

    python scripts/parity/seed_golden.py > library/src/test/resources/resnet4j/model/seeds.csv

A line is: network, the SHA-256 of its float32 weights, little-endian, in the order of their names, and the sum of their
magnitudes. Networks that draw from a normal distribution within bounds have no digest: PyTorch's wheels compute its
inverse error function by another library than the presets of libtorch, and round otherwise.
torch 2.10.0, torchvision 0.25.0, timm 1.0.31.
"""

import hashlib

import timm
import torch
import torchvision

BOUNDED = "convnext_tiny", "inception_v3", "googlenet"
TORCHVISION = """alexnet convnext_tiny densenet121 inception_v3 mobilenet_v2 resnet18 resnet50 resnext50_32x4d
    squeezenet1_0 squeezenet1_1 vgg11_bn wide_resnet50_2""".split()
TIMM = """resnetv2_18 resnetv2_50 resnetv2_50d resnetv2_50x1_bit skresnet18 skresnet50 resnet18d resnet50d resnet50_gn
    resnetblur18 resnetrs50 seresnet18 seresnext50_32x4d ecaresnet50d resnest50d res2net50_26w_4s""".split()


def nets():
    for name in TORCHVISION:
        yield name, lambda: getattr(torchvision.models, name)(weights=None)
    yield "googlenet", lambda: torchvision.models.googlenet(weights=None, init_weights=True, aux_logits=False)
    yield "xception", lambda: timm.create_model("legacy_xception")
    for name in TIMM:
        yield name, lambda: timm.create_model(name)


for name, make in nets():
    torch.manual_seed(0)
    state = make().state_dict()
    weights = [state[key].contiguous() for key in sorted(state) if state[key].dtype == torch.float32]
    digest = hashlib.sha256(b"".join(w.numpy().tobytes() for w in weights)).hexdigest()
    magnitude = sum(w.double().abs().sum().item() for w in weights)
    print(f"{name},{'' if name in BOUNDED else digest},{magnitude:.9g}", flush=True)
