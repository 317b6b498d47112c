"""What PyTorch, timm and scikit-learn say of losses and scores of several labels, numbers and ordered classes.

torch 2.10, timm, scikit-learn. Prints the golden of AimTest: python scripts/parity/targets_golden.py > \
library/src/test/resources/resnet4j/targets/golden.json
"""

import json

import numpy as np
import torch
import torch.nn.functional as F
from sklearn.metrics import average_precision_score, cohen_kappa_score, f1_score, r2_score, roc_auc_score
from timm.loss import AsymmetricLossMultiLabel

rng = np.random.default_rng(0)
N, K = 6, 3


def loss(values, function):
    x = torch.tensor(values, dtype=torch.float32, requires_grad=True)
    value = function(x)
    value.backward()
    return {"value": value.item(), "gradient": x.grad.flatten().tolist()}


def coral(logits, levels):
    """Cao et al.'s coral_loss, of https://github.com/Raschka-research-group/coral-cnn."""
    s = F.logsigmoid(logits)
    return -torch.mean(torch.sum(s * levels + (s - logits) * (1 - levels), dim=1))


logits = rng.normal(size=(N, K)).round(3)
there = (rng.random((N, K)) < 0.4).astype(np.float32)
numbers = rng.normal(size=(N, K)).round(3)
t, y = torch.tensor(there), torch.tensor(numbers, dtype=torch.float32)
ranks = [0, 3, 1, 2, 3, 0]
levels = torch.tensor([[1.0 if r > k else 0.0 for k in range(K)] for r in ranks])
asymmetric = AsymmetricLossMultiLabel(gamma_neg=4, gamma_pos=1, clip=0.05, disable_torch_grad_focal_loss=False)

# scores: with ties, and pictures in no order
n = 40
scores = rng.normal(size=(n, 2)).round(1)
truth = (scores + rng.normal(size=(n, 2)) > 0.5).astype(int)
truths, answers = rng.integers(0, 4, n), None
answers = np.clip(truths + rng.integers(-1, 2, n), 0, 3)
said = (2 * truths - 1 + rng.normal(size=n)).round(3)


def best_f1(s, y):
    return max(f1_score(y, s >= cut) for cut in s)


golden = {
    "logits": logits.flatten().tolist(),
    "there": there.flatten().tolist(),
    "numbers": numbers.flatten().tolist(),
    "ranks": ranks,
    "binary": loss(logits, lambda x: F.binary_cross_entropy_with_logits(x, t)),
    "asymmetric": loss(logits, lambda x: asymmetric(x, t) / K),  # theirs is the sum over labels
    "squared": loss(logits, lambda x: F.mse_loss(x, y)),
    "huber": loss(logits, lambda x: F.huber_loss(x, y, delta=0.7)),
    "absolute": loss(logits, lambda x: F.l1_loss(x, y)),
    "coral": loss(logits, lambda x: coral(x, levels)),
    "scores": scores.flatten().tolist(),
    "labels": truth.flatten().tolist(),
    "averagePrecision": [average_precision_score(truth[:, k], scores[:, k]) for k in range(2)],
    "auc": [roc_auc_score(truth[:, k], scores[:, k]) for k in range(2)],
    "bestF1": [best_f1(scores[:, k], truth[:, k]) for k in range(2)],
    "truths": truths.tolist(),
    "answers": answers.tolist(),
    "kappa": cohen_kappa_score(truths, answers, weights="quadratic"),
    "said": said.tolist(),
    "r2": r2_score(truths, said),
}
print("{\n" + ",\n".join(f" {json.dumps(key)}: {json.dumps(value)}" for key, value in golden.items()) + "\n}")
