"""Outputs of segmentation_models_pytorch's U-Nets, drawn from a seed, for UNetTest.

pip install torch==2.10.0 segmentation-models-pytorch==0.5.0
python scripts/parity/unet_golden.py library/src/test/resources/resnet4j/segment
"""

import sys
from pathlib import Path

import numpy as np
import segmentation_models_pytorch as smp
import torch

for encoder in ["resnet18", "resnet34", "resnet50"]:
    torch.manual_seed(0)
    net = smp.Unet(encoder, encoder_weights=None, classes=2).eval()
    images = torch.rand(1, 3, 32, 64)
    with torch.no_grad():
        logits = net(images)
    np.save(Path(sys.argv[1]) / f"unet_{encoder}.npy", logits.numpy())
    print(encoder, sum(p.numel() for p in net.parameters()), len(net.state_dict()), float(logits.abs().max()))
    if encoder == "resnet18":
        names = [k for k in net.state_dict() if k.startswith(("decoder.blocks.0", "segmentation_head"))]
        print(names)
