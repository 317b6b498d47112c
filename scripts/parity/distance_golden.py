"""Virtual-logit matching (arXiv:2203.10807) in NumPy, in double precision, as its authors' code does it.

numpy 2.4. Prints the golden of CertaintyTest:
python scripts/parity/distance_golden.py > library/src/test/resources/resnet4j/certainty/distance.json
"""

import json

import numpy as np

rng = np.random.default_rng(0)
CLASSES, WIDTH, PRINCIPAL = 3, 6, 3
weight, bias = rng.normal(size=(CLASSES, WIDTH)).round(3), rng.normal(size=CLASSES).round(3)
labels = rng.integers(0, CLASSES, 40)
features = (2 * weight[labels] + rng.normal(size=(40, WIDTH)) @ rng.normal(size=(WIDTH, WIDTH)) / 2).round(3)
asked = np.concatenate([features[:4] + 0.1, 4 * rng.normal(size=(6, WIDTH))]).round(3)
said = lambda rows: np.concatenate([(rows @ weight.T + bias).round(4), rows], axis=1)

origin = -np.linalg.pinv(weight) @ bias
centred = features - origin
values, vectors = np.linalg.eigh(centred.T @ centred / len(centred))
residual = vectors[:, np.argsort(-values)[PRINCIPAL:]]
factor = said(features)[:, :CLASSES].max(1).mean() / np.linalg.norm(centred @ residual, axis=1).mean()
energy = np.log(np.exp(said(asked)[:, :CLASSES]).sum(1))
scores = energy - factor * np.linalg.norm((asked - origin) @ residual, axis=1)
print(json.dumps({"weight": weight.tolist(), "bias": [bias.tolist()], "said": said(features).tolist(),
                  "asked": said(asked).tolist(), "origin": origin.tolist(), "factor": factor, "scores": scores.tolist()}))
