"""What scikit-learn says of ROC and precision-recall curves, each class of a few pictures against the others.

scikit-learn 1.9. Prints the golden of RankingTest: python scripts/parity/ranking_golden.py > \
library/src/test/resources/resnet4j/eval/ranking.json
"""

import json

import numpy as np
from sklearn.metrics import average_precision_score, precision_recall_curve, roc_auc_score, roc_curve

rng = np.random.default_rng(5)
N, K = 60, 4
labels = rng.integers(0, K, N)
# few values of the logits, so that scores tie
logits = (rng.integers(-3, 4, (N, K)) + 2 * (labels[:, None] == np.arange(K)) * rng.integers(0, 2, (N, 1))).astype(np.float32)

classes = []
for c in range(K):
    others = np.delete(logits.astype(np.float64), c, axis=1)
    odds = (logits[:, c] - np.log(np.exp(others).sum(axis=1))).round(6).astype(np.float32)
    fpr, tpr, _ = roc_curve(labels == c, odds, drop_intermediate=False)
    precision, recall, _ = precision_recall_curve(labels == c, odds)
    classes.append({
        "scores": [float(f"{o:.6f}") for o in odds],
        "auc": roc_auc_score(labels == c, odds),
        "averagePrecision": average_precision_score(labels == c, odds),
        "falseAlarms": fpr[1:].tolist(),  # the first is at infinity: nothing is said
        "recall": tpr[1:].tolist(),
        "precision": precision[:-1][::-1].tolist(),  # falling thresholds, as those of the ROC curve
    })
print(json.dumps({"labels": labels.tolist(), "logits": logits.tolist(), "classes": classes}))
