"""What SciPy, scikit-learn and torchmetrics say of how sure a classifier is.

numpy 2.4, scipy 1.17, scikit-learn 1.9, torch 2.10, torchmetrics 1.9. Prints the golden of CertaintyTest:
python scripts/parity/certainty_golden.py > library/src/test/resources/resnet4j/certainty/golden.json
"""

import json

import numpy as np
import torch
from scipy.optimize import minimize_scalar
from scipy.special import log_softmax, logsumexp, softmax
from scipy.stats import beta, binom, binomtest
from sklearn.metrics import roc_auc_score, roc_curve
from torchmetrics.functional.classification import multiclass_calibration_error

rng = np.random.default_rng(0)
N, K = 240, 5
labels = rng.integers(0, K, N)
logits = rng.normal(size=(N, K)) * 2
logits[np.arange(N), labels] += 2.5
logits = (logits * 2.2).round(2).astype(np.float32)  # surer than right
logits[7] = logits[8]  # a tie


def nll(temperature):
    return -log_softmax(logits.astype(np.float64) / temperature, axis=1)[np.arange(N), labels].mean()


def of(temperature):
    p = softmax(logits.astype(np.float64) / temperature, axis=1)
    error = lambda norm: multiclass_calibration_error(
        torch.tensor(p), torch.tensor(labels), num_classes=K, n_bins=15, norm=norm).item()
    return {"ece": error("l1"), "mce": error("max"), "nll": nll(temperature),
            "brier": float(((p - np.eye(K)[labels]) ** 2).sum(1).mean())}


best = minimize_scalar(lambda t: nll(np.exp(t)), bounds=(-4, 4), method="bounded", options={"xatol": 1e-12})
temperature = float(np.exp(best.x))
p = softmax(logits.astype(np.float64) / temperature, axis=1)
sure, right = p.max(1), p.argmax(1) == labels

order = np.argsort(-sure, kind="stable")
wrong = np.cumsum(~right[order])
aurc = float((wrong / np.arange(1, N + 1)).mean())

# split conformal, Angelopoulos and Bates 2021, figure 2
alpha = 0.1
level = np.ceil((N + 1) * (1 - alpha)) / N
lac = float(np.quantile(1 - p[np.arange(N), labels], level, method="inverted_cdf"))
lac_sets = [sorted(np.flatnonzero(row >= 1 - lac).tolist()) for row in p]
ranks = np.argsort(-p, axis=1, kind="stable")
before = np.take_along_axis(p, ranks, 1).cumsum(1) - np.take_along_axis(p, ranks, 1)
before = np.take_along_axis(before, np.argsort(ranks, axis=1), 1)  # of each class: what is likelier
aps = float(np.quantile(before[np.arange(N), labels], level, method="inverted_cdf"))
aps_sets = [sorted(np.flatnonzero(row <= aps + 1e-12).tolist()) for row in before]

known = logsumexp(logits.astype(np.float64), axis=1)
others = rng.normal(size=(90, K)).round(2).astype(np.float32) * 4
unknown = logsumexp(others.astype(np.float64), axis=1)
score, positive = np.concatenate([known, unknown]), np.repeat([1, 0], [N, len(unknown)])
fpr, tpr, _ = roc_curve(positive, score, drop_intermediate=False)
# DeLong et al. 1988, from its definition
beats = (known[:, None] > unknown[None]) + 0.5 * (known[:, None] == unknown[None])
deviation = np.sqrt(beats.mean(1).var(ddof=1) / N + beats.mean(0).var(ddof=1) / len(unknown))
area = roc_auc_score(positive, score)
z = 1.959963984540054

paired = []
for n, b, c in [(1000, 35, 17), (10000, 310, 298), (50, 0, 6), (20, 0, 0), (400, 90, 20)]:
    middle, size = (b - c) / (n + 2), n + 2  # Agresti and Min 2005: a half added to each of the four cells
    half = z * np.sqrt(((b + c + 1) - (b - c) ** 2 / size)) / size
    p_value = binomtest(b, b + c, 0.5).pvalue if b + c else 1.0
    paired.append({"n": n, "b": b, "c": c, "p": p_value, "low": middle - half, "high": middle + half})

print(json.dumps({
    "logits": logits.tolist(), "labels": labels.tolist(), "others": others.tolist(),
    "temperature": temperature, "before": of(1.0), "after": of(temperature), "aurc": aurc,
    "lac": {"bound": lac, "sets": lac_sets}, "aps": {"bound": aps, "sets": aps_sets},
    "area": area, "areaLow": area - z * deviation, "areaHigh": min(1, area + z * deviation),
    "fpr95": float(fpr[np.argmax(tpr >= 0.95)]),
    "paired": paired,
    "atMost": [{"k": k, "n": n, "p": q, "value": binom.cdf(k, n, q)}
               for k, n, q in [(0, 10, 0.3), (3, 50, 0.1), (40, 5000, 0.01), (7, 7, 0.4), (2400, 5000, 0.5)]],
    "upper": [{"k": k, "n": n, "rare": r, "value": beta.ppf(1 - r, k + 1, n - k)}
              for k, n, r in [(0, 100, 0.05), (3, 500, 0.005), (30, 4000, 0.004)]],
    "wilson": [{"k": k, "n": n, "low": i.low, "high": i.high}
               for k, n in [(3, 20), (9339, 10000), (0, 5)]
               for i in [binomtest(k, n).proportion_ci(method="wilson")]],
}))
