"""Values and gradients of segmentation_models_pytorch's losses, for PixelLossTest: a row for each, the value first.

pip install torch==2.10.0 segmentation-models-pytorch==0.5.0
python scripts/parity/pixel_losses_golden.py library/src/test/resources/resnet4j/segment/pixel_losses.npy
"""
import sys

import numpy as np
import torch
from segmentation_models_pytorch import losses

MODE, IGNORED, WEIGHTS = "multiclass", 255, [0.5, 1.0, 2.0, 4.0]

torch.manual_seed(0)
logits = 2 * torch.randn(2, 4, 5, 6)
labels = (torch.rand(2, 5, 6) * 4).long()
labels[labels == 3] = IGNORED  # class 3 does not occur
weighted = {"mode": MODE, "ignore_index": IGNORED, "class_weights": WEIGHTS}
cases = [
    losses.DiceLoss(MODE, ignore_index=IGNORED),
    losses.LovaszLoss(MODE, ignore_index=IGNORED),
    losses.FocalLoss(MODE, ignore_index=IGNORED),
    losses.FocalLoss(MODE, ignore_index=IGNORED, gamma=1.5),
    losses.DiceLoss(**weighted),
    losses.FocalLoss(**weighted),
]
rows = []
for case in cases:
    x = logits.clone().requires_grad_()
    loss = case(x, labels)
    loss.backward()
    rows.append(np.concatenate([[loss.item()], x.grad.numpy().ravel()]))
np.save(sys.argv[1], np.array(rows, dtype=np.float32))
