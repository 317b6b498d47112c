"""The label maps that torchvision's reference training makes of COCO's json: checksums of each picture's bytes.

python coco_maps_golden.py instances_val.json > library/src/test/resources/resnet4j/detect/coco-maps.json

As references/segmentation/coco_utils.py of torchvision 0.25 (ConvertCocoPolysToMask): the greatest class wins, and pixels
of several things do not count. Classes are numbered in the file's order from 1 on, as data sources here do it.
pycocotools 2.0.11.
"""

import json
import sys
import zlib

import numpy as np
from pycocotools import mask as coco

data = json.load(open(sys.argv[1]))
label = {c["id"]: i + 1 for i, c in enumerate(data["categories"])}
out = {}
for picture in data["images"]:
    height, width = picture["height"], picture["width"]
    target = np.zeros((height, width), np.uint8)
    count = np.zeros((height, width), np.int64)
    for thing in (a for a in data["annotations"] if a["image_id"] == picture["id"]):
        rle = coco.frPyObjects(thing["segmentation"], height, width)
        mask = coco.decode(rle)
        if mask.ndim == 3:
            mask = mask.any(axis=2)
        target = np.maximum(target, mask.astype(np.uint8) * label[thing["category_id"]])
        count += mask.astype(bool)
    target[count > 1] = 255
    out[picture["file_name"]] = zlib.crc32(target.tobytes())
print(json.dumps(out, indent=1))
