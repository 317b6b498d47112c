"""Whether Python loads, strictly, what Java wrote, and computes the same with it.

    python rewritten_files.py make FOLDER      # weights of torchvision and timm networks, both formats
    java -cp ... resnet4j.weights.Rewrite FOLDER
    python rewritten_files.py check FOLDER

``check`` loads every NAME.java.pth (weights_only=True) and NAME.java.safetensors into the network (strict=True) and
compares its output on random images with that of the original weights: they must be equal to the bit.
"""

import pathlib
import sys

import safetensors.torch
import timm
import torch
import torchvision

NETWORKS = {
    "torchvision-resnet18": lambda: torchvision.models.resnet18(),
    "torchvision-resnet50": lambda: torchvision.models.resnet50(),
    "torchvision-densenet121": lambda: torchvision.models.densenet121(),
    "torchvision-squeezenet1_0": lambda: torchvision.models.squeezenet1_0(),
    "torchvision-fcn_resnet50": lambda: torchvision.models.segmentation.fcn_resnet50(weights_backbone=None),
    "timm-resnet18": lambda: timm.create_model("resnet18"),
    "timm-resnet50d": lambda: timm.create_model("resnet50d"),
    "timm-seresnet50": lambda: timm.create_model("seresnet50"),
    "timm-resnet18-half": lambda: timm.create_model("resnet18").half(),
    "timm-resnet18-bfloat16": lambda: timm.create_model("resnet18").bfloat16(),
}


def network(name):
    torch.manual_seed(0)
    net = NETWORKS[name]().eval()
    for key, buffer in net.named_buffers():
        if key.endswith(("running_mean", "running_var")):
            buffer.uniform_(0.5, 1.5)
    return net


def output(net, images):
    out = net(images.to(next(net.parameters()).dtype))
    return out["out"] if isinstance(out, dict) else out


def make(folder):
    folder.mkdir(parents=True, exist_ok=True)
    for i, name in enumerate(NETWORKS):
        torch.save(network(name).state_dict(), folder / f"{name}.pth", _use_new_zipfile_serialization=i % 2 == 0)


def check(folder):
    print(f"torch {torch.__version__}, torchvision {torchvision.__version__}, timm {timm.__version__}, "
          f"safetensors {safetensors.__version__}")  # fmt: skip
    images = torch.rand(1, 3, 64, 64, generator=torch.Generator().manual_seed(1))
    for name in NETWORKS:
        expected = output(network(name), images)
        for suffix in "pth", "safetensors":
            file = folder / f"{name}.java.{suffix}"
            tensors = torch.load(file, weights_only=True) if suffix == "pth" else safetensors.torch.load_file(file)
            original = torch.load(folder / f"{name}.pth", weights_only=True)
            assert suffix != "pth" or list(tensors) == list(original), "the order of the names"
            net = network(name)
            for tensor in net.state_dict().values():
                tensor.zero_()
            result = net.load_state_dict(tensors, strict=True)
            got = output(net, images)
            assert torch.equal(got, expected), f"{file}: differs by {(got - expected).abs().max()}"
            print(f"{file.name}: {result}, {len(tensors)} tensors, output equal to the bit")


with torch.no_grad():
    {"make": make, "check": check}[sys.argv[1]](pathlib.Path(sys.argv[2]))
