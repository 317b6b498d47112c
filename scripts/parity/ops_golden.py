"""What PyTorch makes of small inputs, and the gradients of a weighted sum of it, for every operation of a graph.

    python scripts/parity/ops_golden.py library/src/test/resources/resnet4j/tensor/ops.json

The sum's weights are 1, 2, 3, ... in row-major order. torch 2.10.0, torchvision 0.25.0.
"""

import json
import sys

import torch
import torch.nn.functional as F
from torchvision.ops import roi_align

cases = {}


def numbers(tensor):
    return [float("%.9g" % v) for v in tensor.detach().double().flatten().tolist()]


def case(name, function, *inputs):
    inputs = [t.clone().requires_grad_(t.is_floating_point()) for t in inputs]
    out = function(*inputs)
    gradients = None
    if out.is_floating_point():
        (out * torch.arange(1, out.numel() + 1).reshape(out.shape)).sum().backward()
        gradients = [None if t.grad is None else numbers(t.grad) for t in inputs]
    cases[name] = {
        "in": [{"shape": list(t.shape), "values": numbers(t), "whole": not t.is_floating_point()} for t in inputs],
        "shape": list(out.shape),
        "out": numbers(out),
        "gradients": gradients,
    }


torch.manual_seed(1)
x = torch.randn(2, 4, 5, 6)
small = torch.randn(1, 2, 2, 3)
case("conv2d", lambda x, w, b: F.conv2d(x, w, b, (2, 1), (1, 0), (1, 2), 2), x, torch.randn(6, 2, 3, 2), torch.randn(6))
case(
    "conv_transpose2d",
    lambda x, w, b: F.conv_transpose2d(x, w, b, 2, 1, 1, 2),
    small,
    torch.randn(2, 1, 2, 2),
    torch.randn(2),
)
case("linear", F.linear, torch.randn(3, 4), torch.randn(2, 4), torch.randn(2))
case("matmul", torch.matmul, torch.randn(2, 2, 3), torch.randn(2, 3, 1))
case(
    "batch_norm",
    lambda x, w, b, m, v: F.batch_norm(x, m.detach().clone(), v.detach().clone(), w, b, True, 0.1, 1e-5),
    x,
    torch.randn(4),
    torch.randn(4),
    torch.randn(4),
    torch.rand(4) + 0.5,
)
case("group_norm", lambda x, w, b: F.group_norm(x, 2, w, b, 1e-5), x, torch.randn(4), torch.randn(4))
case("layer_norm", lambda x, w, b: F.layer_norm(x, (6,), w, b, 1e-5), x, torch.randn(6), torch.randn(6))
for name, function in {
    "relu": F.relu,
    "clamp": lambda x: F.hardtanh(x, -0.5, 1),
    "sigmoid": torch.sigmoid,
    "tanh": torch.tanh,
    "silu": F.silu,
    "gelu": F.gelu,
    "affine": lambda x: 3 * x - 2,
    "softmax": lambda x: F.softmax(x, 1),
    "log_softmax": lambda x: F.log_softmax(x, 1),
    "upsample": lambda x: F.interpolate(x, size=(3, 5), mode="bilinear", align_corners=False),
    "upsample nearest": lambda x: F.interpolate(x, size=(3, 5), mode="nearest"),
    "mean": lambda x: x.mean((2, 3)),
    "sum": lambda x: x.sum(1, keepdim=True),
    "max": lambda x: x.amax((1, 3)),
    "flatten": lambda x: x.flatten(1),
    "reshape": lambda x: x.reshape(1, -1, 2),
    "permute": lambda x: x.permute(0, 2, 3, 1),
    "slice": lambda x: x[:, :, :, 1::2],
    "pad": lambda x: F.pad(x, (1, 0, 0, 2)),
    "reflect_pad": lambda x: F.pad(x, (1, 1, 1, 1), mode="reflect"),
}.items():
    case(name, function, small)
case("add", torch.add, small, torch.randn(2, 1, 1))
case("mul", torch.mul, small, torch.randn(2, 1, 1))
case("cat", lambda a, b: torch.cat([a, b], 1), small, torch.randn(1, 1, 2, 3))
case("max_pool2d", lambda x: F.max_pool2d(x, 3, 2, 1, ceil_mode=True), x)
case("avg_pool2d", lambda x: F.avg_pool2d(x, 3, 2, 1, count_include_pad=False), x)
case("adaptive_avg_pool2d", lambda x: F.adaptive_avg_pool2d(x, (2, 4)), x)
case(
    "upsample_like",
    lambda x, like: F.interpolate(x, size=like.shape[2:], mode="bilinear", align_corners=False),
    small,
    torch.randn(1, 1, 4, 4),
)
case("gather", lambda x, i: torch.gather(x, 1, i), small, torch.tensor([[[[1, 0, 1]]]]))
case("top_k", lambda x: torch.topk(x, 2, dim=3).indices, x)
case("grid_sample", lambda x, g: F.grid_sample(x, g, align_corners=False), small, torch.rand(1, 2, 3, 2) * 3 - 1.5)
boxes = torch.tensor([[1.0, 2, 7, 9], [0, 0, 11, 9.5], [-3, -4, 2.5, 30]])
for aligned in (False, True):
    case(
        "roi_align aligned" if aligned else "roi_align",
        lambda m, b, i: roi_align(m, torch.cat([i[:, None], b], 1), (2, 3), 0.5, 2, aligned),
        x,
        boxes,
        torch.tensor([1, 0, 1]),
    )
    cases["roi_align aligned" if aligned else "roi_align"]["gradients"][1] = None  # torchvision has none for boxes

kernels = torch.randn(3, 2, 2, 2, generator=torch.Generator().manual_seed(2))
case(  # a quarter of the numbers lie outside; gradients of the scale as in arXiv:1902.08153, of as many numbers as a picture has
    "fake_quantize learnt",
    lambda x, s: torch._fake_quantize_learnable_per_tensor_affine(
        x, s, torch.zeros(1), 0, 255, 1 / (x[0].numel() * 255) ** 0.5
    ),
    x,
    torch.tensor([0.004]),
)
case(
    "fake_quantize learnt channels",
    lambda x, s: torch._fake_quantize_learnable_per_channel_affine(
        x, s, torch.zeros(3), 0, -128, 127, 1 / (x[0].numel() * 127) ** 0.5
    ),
    kernels,
    torch.tensor([0.01, 0.005, 0.02]),
)
case(
    "fake_quantize",
    lambda x, s: torch.fake_quantize_per_tensor_affine(x, s.detach(), torch.zeros(1, dtype=torch.int32), 0, 255),
    x,
    torch.tensor([0.004]),
)
case(
    "fake_quantize channels",
    lambda x, s: torch.fake_quantize_per_channel_affine(
        x, s.detach(), torch.zeros(3, dtype=torch.int32), 0, -128, 127
    ),
    kernels,
    torch.tensor([0.01, 0.005, 0.02]),
)

labels = torch.tensor([[[0, 255]], [[2, 1]]])
case(
    "cross entropy",
    lambda logits, labels, weights: F.cross_entropy(
        logits, labels, weights.detach(), ignore_index=255, label_smoothing=0.1
    ),
    torch.randn(2, 3, 1, 2),
    labels,
    torch.tensor([1.0, 2, 0.5]),
)
case("smooth l1", lambda a, b: F.smooth_l1_loss(a, b, beta=0.5), torch.randn(4), torch.randn(4))
case("binary cross entropy", F.binary_cross_entropy_with_logits, torch.randn(4), torch.tensor([0.0, 1, 0.25, 1]))
cases["binary cross entropy"]["gradients"][1] = None
case("mean squared error", F.mse_loss, torch.randn(4), torch.randn(4))

with open(sys.argv[1], "w") as file:
    json.dump(cases, file, separators=(",", ":"))
    file.write("\n")
