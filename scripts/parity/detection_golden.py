"""Losses and norms of gradients of one step of torchvision's detectors from seeds, on pictures made here.

    python scripts/parity/detection_golden.py > library/src/test/resources/resnet4j/detect/steps.csv

A line is: network, case, name of a loss or of a weight, value. torch 2.10.0, torchvision 0.25.0. The cases are those of
TrainingStepTest: "things", two pictures with boxes; "nothing", one of them without.
"""

import torch
import torchvision


def picture(width, height):
    """Without repetition: places that look alike have scores that tie, and are ranked by chance."""
    values, x = [], width
    for _ in range(3 * height * width):
        x = (x * 1103515245 + 12345) % 2**31
        values.append(x >> 16 & 255)
    return torch.tensor(values).reshape(height, width, 3).permute(2, 0, 1) / 255


def target(boxes, labels):
    return {"boxes": torch.tensor(boxes, dtype=torch.float32).reshape(-1, 4), "labels": torch.tensor(labels, dtype=torch.int64)}


PICTURES = [picture(150, 110), picture(90, 140)]
CASES = {
    "things": [target([[10, 20, 70.5, 90], [100, 40, 150, 110]], [3, 7]), target([[5, 5, 85, 130]], [1])],
    "nothing": [target([], []), target([], [])],
}

for name in ["fasterrcnn_resnet50_fpn"]:
    for case, targets in CASES.items():
        torch.manual_seed(0)
        net = getattr(torchvision.models.detection, name)(weights=None, weights_backbone=None, num_classes=9, min_size=160, max_size=240)
        torch.manual_seed(7)
        losses = net(PICTURES, targets)
        sum(losses.values()).backward()
        for loss, value in losses.items():
            print(f"{name},{case},{loss},{value.item():.9g}")
        for weight, p in net.named_parameters():
            print(f"{name},{case},{weight},{p.grad.double().norm().item():.9g}")
