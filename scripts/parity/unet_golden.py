"""Outputs of segmentation_models_pytorch's U-Nets, drawn from a seed, for UNetTest.

pip install torch==2.10.0 segmentation-models-pytorch==0.5.0
python scripts/parity/unet_golden.py library/src/test/resources/resnet4j/segment
"""

import hashlib
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
    names = "\n".join(net.state_dict())
    print(encoder, sum(p.numel() for p in net.parameters()), len(net.state_dict()),
          hashlib.sha256(names.encode()).hexdigest()[:16])
