"""Thresholds and what they are worth, by scikit-learn, of scores that the Java test makes too.

scikit-learn 1.7. Prints the golden of OperatingTest: python scripts/parity/operating_golden.py >
library/src/test/resources/resnet4j/eval/operating.json
"""

import json

import numpy as np
from sklearn.metrics import confusion_matrix, roc_auc_score, roc_curve

k = np.arange(1, 121)
margin = (((k * k * 31 + k * 7) % 97) / 24 - 2).astype(np.float32)  # logit of class 1 less that of class 0
truth = ((k * 13 % 29) / 29 + margin / 6 > 0.6).astype(int)
score = 1 / (1 + np.exp(-margin.astype(float)))
fpr, tpr, cuts = roc_curve(truth, score, drop_intermediate=False)


def at(threshold, keep=slice(None)):
    y, s = truth[keep], score[keep]
    tn, fp, fn, tp = confusion_matrix(y, s >= threshold - 1e-9, labels=[0, 1]).ravel()
    return {
        "samples": len(y),
        "positives": int(y.sum()),
        "auc": roc_auc_score(y, s),
        "sensitivity": tp / (tp + fn),
        "specificity": tn / (tn + fp),
        "precision": tp / (tp + fp),
        "absence": tn / (tn + fn),
    }


def benefit(t):  # Vickers and Elkin 2006
    tn, fp, fn, tp = confusion_matrix(truth, score >= t, labels=[0, 1]).ravel()
    n = len(truth)
    return [tp / n - fp / n * t / (1 - t), truth.mean() - (1 - truth.mean()) * t / (1 - t)]


youden = cuts[np.argmax(tpr - fpr)]
ninety = cuts[np.argmax(tpr >= 0.9)]
golden = {
    "youden": youden,
    "ninety": ninety,
    "all": at(ninety),
    "even": at(ninety, k % 2 == 0),
    "benefit": {f"{t:.2f}": benefit(t) for t in (0.1, 0.37, 0.8)},
}
print(json.dumps(golden, indent=1))
