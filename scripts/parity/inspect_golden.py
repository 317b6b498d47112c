"""What cleanlab says of labels, and Pillow and SciPy of perceptual hashes.

cleanlab 2.9, numpy 2.4, scipy 1.17, Pillow. Prints the golden of InspectTest:
python scripts/parity/inspect_golden.py > library/src/test/resources/resnet4j/inspect/golden.json
"""

import json

import numpy as np
from cleanlab.count import compute_confident_joint
from cleanlab.filter import find_label_issues
from cleanlab.rank import get_label_quality_scores
from PIL import Image
from scipy.fft import dctn
from scipy.special import softmax

rng = np.random.default_rng(0)
N, K = 200, 4
true = rng.integers(0, K, N)
logits = rng.normal(size=(N, K)) * 1.2
logits[np.arange(N), true] += 2.5
p = softmax(logits, axis=1).round(6)
p /= p.sum(1, keepdims=True)
labels = true.copy()
flipped = rng.choice(N, 20, replace=False)
labels[flipped] = (true[flipped] + rng.integers(1, K, 20)) % K
issues = find_label_issues(labels, p, filter_by="confident_learning",
                           return_indices_ranked_by="self_confidence", n_jobs=1)
order = np.argsort(get_label_quality_scores(labels, p, method="self_confidence"), kind="stable")

hashes = []
for width, height in ((32, 32), (21, 27), (40, 33)):
    pixels = rng.integers(0, 256, (height // 8 + 1, width // 8 + 1, 3), dtype=np.uint8)
    pixels = np.asarray(Image.fromarray(pixels).resize((width, height), Image.BICUBIC))
    bits = []
    for picture in (pixels, pixels[:, ::-1]):  # imagehash.phash, but for the grey and the filter
        small = np.asarray(Image.fromarray(picture).resize((32, 32), Image.BILINEAR)).astype(np.float64)
        low = dctn(small @ [0.299, 0.587, 0.114], axes=(0, 1))[:8, :8]
        bits.append("".join("1" if v else "0" for v in (low > np.median(low)).flatten()))
    hashes.append({"width": width, "height": height, "rgb": pixels.flatten().tolist(), "hash": bits[0], "mirrored": bits[1]})

print(json.dumps({
    "p": p.tolist(), "labels": labels.tolist(), "classes": K,
    "joint": compute_confident_joint(labels, p, calibrate=False).tolist(), "issues": issues.tolist(),
    "order": order.tolist(),
    "hashes": hashes,
}))
