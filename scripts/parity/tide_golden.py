"""What tidecv says of things found in pictures that are drawn here.

    python scripts/parity/tide_golden.py > library/src/test/resources/resnet4j/detect/tide.json

tidecv 1.0.1. Objects: truth and found as COCO's files have them, the counts of TIDE's kinds of error, what each costs of the
AP at an overlap of one half, and that AP, in hundredths as tidecv has them. There are no crowds and no ties of scores.
"""

import json
import random

from tidecv import TIDE
from tidecv.data import Data

random.seed(4)
truth, found = Data("truth"), Data("found")
annotations, results = [], []
for picture in range(1, 41):
    boxes = []
    truth.add_image(picture, str(picture))  # those without a thing count too
    for _ in range(random.randint(0, 5)):
        w, h = random.randint(10, 40), random.randint(10, 40)
        boxes.append((random.randint(1, 3), [random.randint(0, 100 - w), random.randint(0, 100 - h), w, h]))
    for category, box in boxes:
        annotations.append({"id": len(annotations) + 1, "image_id": picture, "category_id": category, "bbox": box, "area": box[2] * box[3], "iscrowd": 0})
        truth.add_ground_truth(picture, category, box=box)
        for _ in range(random.choice([0, 1, 1, 2])):  # near it, of its class or another
            x, y, w, h = (v + random.randint(-s, s) for v, s in zip(box, [random.choice([1, 3, 9])] * 4))
            kind = category if random.random() < 0.75 else random.randint(1, 3)
            results.append({"image_id": picture, "category_id": kind, "bbox": [x, y, max(w, 1), max(h, 1)], "score": random.random()})
    for _ in range(random.randint(0, 2)):  # anywhere
        results.append({"image_id": picture, "category_id": random.randint(1, 3), "bbox": [random.randint(0, 80), random.randint(0, 80), 20, 15], "score": 0.6 * random.random()})
for r in results:
    found.add_detection(r["image_id"], r["category_id"], r["score"], box=r["bbox"])
run = TIDE().evaluate(truth, found, mode=TIDE.BOX)
counts = {e.short_name: n for e, n in run.count_errors().items()}
gains = {e.short_name: g for e, g in run.fix_main_errors().items()}
print(json.dumps({
    "truth": {"images": [{"id": i, "width": 100, "height": 100} for i in range(1, 41)],
              "categories": [{"id": i, "name": str(i)} for i in (1, 2, 3)], "annotations": annotations},
    "found": results, "counts": counts, "gains": gains, "ap": run.ap}))
