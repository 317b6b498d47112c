"""What torchvision's reference for detection does by copy-paste, with its operators, from a list of numbers: for CopyPasteTest.

Written after its description in references/detection/transforms.py (SimpleCopyPaste, blending) of torchvision 0.25: the
picture before each in its batch gives things, chosen by n draws with replacement, and their masks blurred (5x5), where not
0, say which pixels come with them. Boxes here end behind their last pixel; masks_to_boxes ends at it.
"""
import torch
from torchvision.ops import masks_to_boxes
from torchvision.transforms import functional as F

H, W = 24, 30
state = 0


def u():
    global state
    state = (state * 1103515245 + 12345) % 2**31
    return state / 2**31


def picture(number):
    y, x = torch.meshgrid(torch.arange(H), torch.arange(W), indexing="ij")
    image = torch.stack([(x * 3 + y * 5 + 40 * number + 7 * c) % 256 for c in range(3)])
    boxes = [[2 + 3 * number, 3, 12 + 3 * number, 15], [10, 8 + number, 28, 20], [20, 1, 24, 4 + number]]
    masks = torch.zeros(3, H, W, dtype=torch.bool)
    for mask, (x1, y1, x2, y2) in zip(masks, boxes):
        mask[y1:y2, x1:x2] = True
    return image, boxes, [0, 1, 2], masks


for seed in range(3):
    state = seed
    batch = [picture(i) for i in range(3)]
    for i, (image, boxes, labels, masks) in enumerate(batch):
        image2, boxes2, labels2, masks2 = batch[i - 1]
        chosen = sorted({int(u() * len(labels2)) for _ in labels2})
        covered = masks2[chosen].any(0)
        covered = F.gaussian_blur(covered.float()[None], [5, 5], [2.0])[0] > 0
        image = torch.where(covered, image2, image)
        masks = masks & ~covered
        left = [k for k in range(len(labels)) if masks[k].any()]
        found = [b.tolist() for b in masks_to_boxes(masks[left])] if left else []
        found = [[a, b, c + 1, d + 1] for a, b, c, d in found] + [boxes2[k] for k in chosen]
        masks = torch.cat([masks[left], masks2[chosen]])
        where = torch.arange(H * W).reshape(H, W)
        print(
            f"{seed},{i}," + " ".join(str(l) for l in [labels[k] for k in left] + [labels2[k] for k in chosen]),
            " ".join(":".join(str(int(v)) for v in b) for b in found),
            " ".join(str(int(m.sum())) for m in masks),
            int((image * (where % 97 + 1)).sum()),
            sep=",",
        )
