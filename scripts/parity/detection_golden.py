"""Losses and norms of gradients of one step of torchvision's detectors from seeds, on pictures made here.

    python scripts/parity/detection_golden.py > library/src/test/resources/resnet4j/detect/steps.csv

Made on a processor with AVX-512. Where others round otherwise, networks that propose boxes draw other ones: there the test
compares what does not hang on them. With arguments only cases and networks whose names have all of them are printed.

A line is: network, case, name of a loss or of a weight, value. torch 2.10.0, torchvision 0.25.0, pycocotools 2.0.11. The
cases are those of TrainingStepTest: "things", two pictures with boxes, masks and keypoints; "nothing", none in either. Of
networks but the first, only the first and the last weight of the body are kept.
"""

import sys

import numpy
import torch
import torchvision
from pycocotools import mask as coco


def picture(width, height):
    """Without repetition: places that look alike have scores that tie, and are ranked by chance."""
    values, x = [], width
    for _ in range(3 * height * width):
        x = (x * 1103515245 + 12345) % 2**31
        values.append(x >> 16 & 255)
    return torch.tensor(values).reshape(height, width, 3).permute(2, 0, 1) / 255


def target(width, height, boxes, labels):
    """Masks are rhombs in their boxes; keypoints lie on the diagonals, every third one not seen."""
    masks, keypoints = [], []
    for x1, y1, x2, y2 in boxes:
        x, y = (x1 + x2) / 2, (y1 + y2) / 2
        rle = coco.merge(coco.frPyObjects([[x, y1, x2, y, x, y2, x1, y]], height, width))
        masks.append(coco.decode(rle))
        keypoints.append([[x1 + (x2 - x1) * k / 16, y1 + (y2 - y1) * k / 16, k % 3] for k in range(17)])
    return {
        "boxes": torch.tensor(boxes, dtype=torch.float32).reshape(-1, 4),
        "labels": torch.tensor(labels, dtype=torch.int64),
        "masks": torch.from_numpy(numpy.stack(masks)) if masks else torch.zeros(0, height, width, dtype=torch.uint8),
        "keypoints": torch.tensor(keypoints, dtype=torch.float32).reshape(-1, 17, 3),
    }


SIZES = [(150, 110), (90, 140)]
PICTURES = [picture(*size) for size in SIZES]
CASES = {
    "things": [target(150, 110, [[10, 20, 70.5, 90], [100, 40, 150, 110]], [3, 7]), target(90, 140, [[5, 5, 85, 130]], [1])],
    "nothing": [target(150, 110, [], []), target(90, 140, [], [])],
}
torch.set_num_threads(2)  # with one, it convolves otherwise, and other proposals are drawn
FIRST = "fasterrcnn_resnet50_fpn"
KEPT = ["backbone.body.conv1.weight", "backbone.body.layer4.2.conv3.weight"]

for name in [
    FIRST,
    "fasterrcnn_resnet50_fpn_v2",
    "maskrcnn_resnet50_fpn",
    "maskrcnn_resnet50_fpn_v2",
    "retinanet_resnet50_fpn",
    "retinanet_resnet50_fpn_v2",
    "fcos_resnet50_fpn",
    "keypointrcnn_resnet50_fpn",
]:
    for case, targets in CASES.items():
        if case == "nothing" and name.endswith("_v2") and "rcnn" in name:
            continue  # norms of no box: torchvision's running statistics become NaN
        if any(argument not in f"{name},{case}" for argument in sys.argv[1:]):
            continue
        torch.manual_seed(0)
        net = getattr(torchvision.models.detection, name)(weights=None, weights_backbone=None, num_classes=9, min_size=160, max_size=240)
        torch.manual_seed(7)
        losses = net(PICTURES, targets)
        sum(losses.values()).backward()
        for loss, value in losses.items():
            print(f"{name},{case},{loss},{value.item():.9g}")
        for weight, p in net.named_parameters():
            if name == FIRST or not weight.startswith("backbone.body") or weight in KEPT:
                print(f"{name},{case},{weight},{p.grad.double().norm().item():.9g}")
