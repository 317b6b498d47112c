"""What numpy, scikit-learn and pycocotools say of two networks on the same drawn pictures.

numpy 2.4, scikit-learn 1.9, pycocotools 2.0. Prints the golden of PairedDrawsTest and SegmentTest:
python scripts/parity/paired_golden.py > library/src/test/resources/resnet4j/certainty/paired.json
"""

import contextlib
import io
import json

import numpy as np
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval
from sklearn.metrics import average_precision_score, r2_score

rng = np.random.default_rng(0)
DRAWS = 1000


def draws(n):
    """Those of java.util.Random(0).nextInt(n)."""
    seed = (0 ^ 0x5DEECE66D) & (1 << 48) - 1

    def bits():
        nonlocal seed
        seed = (seed * 0x5DEECE66D + 0xB) & (1 << 48) - 1
        return seed >> 17

    def below():
        r = bits()
        if n & n - 1 == 0:
            return n * r >> 31
        while r - r % n + n - 1 >= 1 << 31:
            r = bits()
        return r % n

    return np.array([[below() for _ in range(n)] for _ in range(DRAWS)])


def paired(n, number, first, second):
    """number(network, places), of all places and of each draw."""
    of = lambda places: number(first, places) - number(second, places)
    differences = np.array([of(places) for places in draws(n)])
    low, high = np.sort(differences)[[DRAWS // 40, DRAWS - 1 - DRAWS // 40]]
    side = min((differences <= 0).sum(), (differences >= 0).sum())
    return {"difference": of(np.arange(n)), "low": low, "high": high, "p": min(1, 2 * (1 + side) / (1 + DRAWS))}


N = 30

truths = rng.normal(size=(N, 2)).round(3)
said = [(truths + rng.normal(size=(N, 2)) * spread).round(3) for spread in (0.4, 0.5)]
numbers = {
    "truths": truths.tolist(), "first": said[0].tolist(), "second": said[1].tolist(),
    "mae": paired(N, lambda a, at: np.abs(a[at] - truths[at]).mean(), *said),
    "r2": paired(N, lambda a, at: r2_score(truths[at], a[at]), *said),
}

has = (rng.random((N, 3)) < 0.4).astype(int)
logits = [(has * 2 - 1 + rng.normal(size=(N, 3)) * spread).round(3) for spread in (1, 2)]
labels = {
    "has": has.tolist(), "first": logits[0].tolist(), "second": logits[1].tolist(),
    "mAP": paired(N, lambda a, at: np.mean([average_precision_score(has[at, c], a[at, c]) for c in range(3)]), *logits),
}

size = rng.integers(20, 60, (N, 3))  # pixels of each class
confusions = [np.stack([[rng.multinomial(n, np.where(np.eye(3)[c] > 0, right, (1 - right) / 2)) for c, n in enumerate(row)]
                        for row in size]) for right in (0.8, 0.78)]


def miou(pictures, at):
    m = pictures[at].sum(0)
    both = np.diag(m)
    return (both / (m.sum(0) + m.sum(1) - both)).mean()


maps = {"first": confusions[0].tolist(), "second": confusions[1].tolist(), "miou": paired(N, miou, *confusions)}

PICTURES = 16
things = [{"picture": int(i), "category": int(rng.integers(1, 3)), "box": rng.integers(10, 40, 4).tolist()}
          for i in rng.integers(0, PICTURES, 40)]


def find(spread, missed):
    found = []
    for thing in things:
        if rng.random() < missed:
            continue
        box = (np.array(thing["box"]) + rng.normal(size=4) * spread).round(2).tolist()
        found.append(dict(thing, box=box, score=round(0.4 + 0.6 * rng.random(), 6)))
    wrong = [{"picture": int(i), "category": 1, "box": [50, 50, 20, 20], "score": round(rng.random(), 6)}
             for i in rng.integers(0, PICTURES, 8)]
    return found + wrong


def ap(found, at):
    coco = COCO()
    coco.dataset = {
        "images": [{"id": k + 1, "width": 100, "height": 100} for k in range(len(at))],
        "categories": [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}],
        "annotations": [{"image_id": k + 1, "category_id": t["category"], "bbox": t["box"], "iscrowd": 0,
                         "area": t["box"][2] * t["box"][3]} for k, i in enumerate(at) for t in things if t["picture"] == i],
    }
    for number, one in enumerate(coco.dataset["annotations"]):
        one["id"] = number + 1
    with contextlib.redirect_stdout(io.StringIO()):
        coco.createIndex()
        answers = coco.loadRes([{"image_id": k + 1, "category_id": f["category"], "bbox": f["box"], "score": f["score"]}
                                for k, i in enumerate(at) for f in found if f["picture"] == i])
        run = COCOeval(coco, answers, "bbox")
        run.evaluate()
        run.accumulate()
        run.summarize()
    return run.stats[0]


finds = [find(1.5, 0.2), find(2.5, 0.2)]
boxes = {"things": things, "first": finds[0], "second": finds[1], "AP": paired(PICTURES, ap, *finds)}

print(json.dumps({"numbers": numbers, "labels": labels, "maps": maps, "boxes": boxes}))
