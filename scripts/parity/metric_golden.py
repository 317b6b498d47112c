"""Losses of metric learning, in PyTorch as the papers give them, on numbers that the Java test makes too.

torch 2.10, pytorch_metric_learning 2.9 (ArcFace, SupCon). Prints the golden of MetricTest: python
scripts/parity/metric_golden.py > library/src/test/resources/resnet4j/retrieval/golden.json
"""

import json

import torch
import torch.nn.functional as F
from pytorch_metric_learning.losses import ArcFaceLoss, SupConLoss


def numbers(seed, *shape):
    n = 1
    for size in shape:
        n *= size
    k = torch.arange(1, n + 1) + 1000 * seed
    return (((k * k * 31 + k * 7) % 97) / 64 - 0.75).float().reshape(shape)


def batch_hard(x, labels, margin):
    """Hermans et al. 2017, equation 5, of rows of length 1."""
    x = F.normalize(x)
    d = torch.cdist(x, x, compute_mode="donot_use_mm_for_euclid_dist")
    same = labels[:, None] == labels[None]
    farthest = torch.where(same, d, torch.full_like(d, -1e9)).amax(1)
    nearest = torch.where(same, torch.full_like(d, 1e9), d).amin(1)
    has = same.sum(1) > 1
    return F.relu(farthest - nearest + margin)[has].mean()


def result(loss):
    x = numbers(1, 8, 5).requires_grad_()
    w = numbers(5, 3, 5).requires_grad_()
    value = loss(x, w)
    value.backward()
    out = {"value": value.item(), "gradient": x.grad.flatten().tolist()}
    return out | ({"centres": w.grad.flatten().tolist()} if w.grad is not None else {})


labels = torch.tensor([0, 1, 2, 0, 1, 1, 0, 2])


def arc_face(x, w):
    loss = ArcFaceLoss(3, 5, margin=0.3 * 180 / torch.pi, scale=16)
    angles = F.normalize(x) @ F.normalize(w).T
    del loss.W
    loss.W = w.T  # theirs has a column a class
    value = loss(x, labels)
    assert angles.min() > -0.95  # angles stay below pi with the margin
    return value


golden = {
    "labels": labels.tolist(),
    "arcFace": result(arc_face),
    "triplet": result(lambda x, w: batch_hard(x, labels, 0.2)),
    "contrastive": result(lambda x, w: SupConLoss(temperature=0.1)(x, labels)),
}
print("{\n" + ",\n".join(f" {json.dumps(key)}: {json.dumps(value)}" for key, value in golden.items()) + "\n}")
