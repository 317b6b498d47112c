"""What torchvision's detectors find from a seed on a photograph: the recipe of torchvision's own test_detection_model.

    python scripts/parity/found_golden.py .../grace_hopper_517x606.jpg > library/src/test/resources/resnet4j/detect/found.csv

A line is: network, label, score, box, and what else is said of it: the pixels of its mask, or its first and last keypoint.
torch 2.10.0, torchvision 0.25.0. The photograph is torchvision's, under test/assets/encode_jpeg.
"""

import sys

import torch
import torchvision
from PIL import Image
from torchvision.transforms.functional import to_tensor

SIZE = 224
NETWORKS = {
    "fasterrcnn_resnet50_fpn": dict(num_classes=20),
    "fasterrcnn_resnet50_fpn_v2": dict(num_classes=20),
    "maskrcnn_resnet50_fpn": dict(num_classes=10),
    "maskrcnn_resnet50_fpn_v2": dict(num_classes=10),
    "retinanet_resnet50_fpn": dict(num_classes=20, score_thresh=0.01),
    "retinanet_resnet50_fpn_v2": dict(num_classes=20, score_thresh=0.01),
    "fcos_resnet50_fpn": dict(num_classes=2, score_thresh=0.05),
    "keypointrcnn_resnet50_fpn": dict(num_classes=2, box_score_thresh=0.15),
}

photo = Image.open(sys.argv[1]).convert("RGB")
photo = photo.crop((0, 0, photo.width, photo.width)).resize((SIZE, SIZE))
for name, options in NETWORKS.items():
    torch.manual_seed(0)
    net = getattr(torchvision.models.detection, name)(
        weights=None, weights_backbone=None, min_size=SIZE, max_size=SIZE, **options
    ).eval()
    with torch.no_grad():
        found = net([to_tensor(photo)])[0]
    for i, (label, score, box) in enumerate(zip(found["labels"][:100], found["scores"], found["boxes"])):
        more = []
        if "masks" in found:
            more = [(found["masks"][i] >= 0.5).sum().item()]
        if "keypoints" in found:
            more = [*found["keypoints"][i][0][:2].tolist(), *found["keypoints"][i][-1][:2].tolist()]
        print(",".join([name, str(label.item()), *(f"{v:.7g}" for v in [score.item(), *box.tolist(), *more])]))
