"""Losses of ten training steps of torchvision's segmentation networks with their auxiliary heads, for SegmentationNetTest.

usage: python segmentation_steps_golden.py > library/src/test/resources/resnet4j/segment/steps.csv
Made with torch 2.10.0 and torchvision 0.25.0. Weights, pictures, labels and dropout come from one stream of numbers. The
body has a block in each stage: with those of resnet50 the second loss already changes by .01 with the number of threads.
"""
import torch
from torch.nn.functional import cross_entropy
from torchvision.models import segmentation
from torchvision.models.resnet import Bottleneck, ResNet

CLASSES, IGNORED = 4, 255

print("head,losses")
for head in "fcn", "deeplabv3":
    torch.manual_seed(3)
    body = ResNet(Bottleneck, [1, 1, 1, 1], replace_stride_with_dilation=[False, True, True])
    net = getattr(getattr(segmentation, head), f"_{head}_resnet")(body, CLASSES, True).train()
    optimizer = torch.optim.SGD(net.parameters(), lr=1e-4, momentum=0.9, weight_decay=1e-4)
    images = torch.rand(4, 3, 48, 64)
    labels = (torch.rand(4, 6, 8) * (CLASSES + 1)).long().repeat_interleave(8, 1).repeat_interleave(8, 2)
    labels[labels == CLASSES] = IGNORED
    losses = []
    for _ in range(10):
        outputs = net(images)
        loss = (cross_entropy(outputs["out"], labels, ignore_index=IGNORED)
                + 0.5 * cross_entropy(outputs["aux"], labels, ignore_index=IGNORED))
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(f"{loss.item():.7g}")
    print(f"{head},{' '.join(losses)}", flush=True)
