"""What segmentation_models_pytorch's DeepLabV3+ gives from a seed, for DeepLabV3PlusTest.

pip install torch==2.10.0 segmentation-models-pytorch==0.5.0
python scripts/parity/deeplabv3plus_golden.py library/src/test/resources/resnet4j/segment/deeplabv3plus.npy

Two of its choices are not taken over: it dilates the first block of the last stage, too, where torchvision and timm keep
that one as the weights were trained, and it aligns corners when it enlarges.
"""
import hashlib
import sys

import numpy as np
import segmentation_models_pytorch as smp
import torch

torch.manual_seed(0)
net = smp.DeepLabV3Plus("resnet50", encoder_weights=None, classes=3).eval()
first = net.encoder.layer4[0].conv2
first.dilation, first.padding = (1, 1), (1, 1)
net.decoder.up = torch.nn.Upsample(scale_factor=4, mode="bilinear")
net.segmentation_head[1] = torch.nn.Upsample(scale_factor=4, mode="bilinear")
images = torch.rand(1, 3, 64, 96)
with torch.no_grad():
    logits = net(images)
np.save(sys.argv[1], logits.numpy()[:, :, ::4, ::4])
names = "\n".join(net.state_dict())
print(sum(p.numel() for p in net.parameters()), len(net.state_dict()), hashlib.sha256(names.encode()).hexdigest()[:16])
