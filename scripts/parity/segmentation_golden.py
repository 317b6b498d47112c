"""What torchvision's segmentation networks give from a seed, for SegmentationNetTest.

usage: python segmentation_golden.py > library/src/test/resources/resnet4j/segment/networks.csv
Made with torch 2.10.0 and torchvision 0.25.0.
"""
import hashlib

import torch
from torchvision.models import segmentation

print("network,auxiliary,classes,parameters,tensors,names,sum,values")
for head in "fcn", "deeplabv3":
    for body in "resnet50", "resnet101":
        for auxiliary in False, True:
            torch.manual_seed(7)
            net = getattr(segmentation, f"{head}_{body}")(
                weights=None, weights_backbone=None, num_classes=21, aux_loss=auxiliary).eval()
            x = torch.rand(1, 3, 40, 56)
            with torch.no_grad():
                out = net(x)
            flat = torch.cat([v.flatten() for v in out.values()])
            some = " ".join(f"{v:.6g}" for v in flat[:: flat.numel() // 12][:12].tolist())
            print(f"{head}_{body},{auxiliary},21,{sum(p.numel() for p in net.parameters())},"
                  f"{len(net.state_dict())},{hashlib.sha256(chr(10).join(net.state_dict()).encode()).hexdigest()[:16]},{flat.abs().sum().item():.8g},{some}", flush=True)
