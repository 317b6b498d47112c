# Trains torchvision's Faster R-CNN as recipes/detect-cells.json trains ours, from the same weights, and writes what it finds:
# OMP_NUM_THREADS=1 python cells.py DIR START.safetensors EPOCHS SEED fp32|bf16 OUT.json
# pip install torch==2.10.0 torchvision==0.25.0 safetensors==0.8.0
# DIR is COCO's: train.json, test.json and images/; START is a Faster R-CNN that knows other classes. The last epoch is measured, not the
# best by val.json. Then: ./resnet4j score --truth DIR/test.json --detections OUT.json
import json, math, os, random, sys, time, torch
from PIL import Image
from safetensors.torch import load_file
from torchvision.models.detection import FasterRCNN
from torchvision.models.detection.anchor_utils import AnchorGenerator
from torchvision.models.detection.backbone_utils import BackboneWithFPN
from torchvision.models.detection.faster_rcnn import FastRCNNPredictor, TwoMLPHead
from torchvision.models.resnet import BasicBlock, ResNet
from torchvision.transforms.functional import pil_to_tensor
folder, start, epochs, seed, precision, out = *sys.argv[1:3], *map(int, sys.argv[3:5]), *sys.argv[5:7]
torch.manual_seed(seed); random.seed(seed)


def network(planes=(32, 64, 128, 256), channels=64, hidden=256, classes=4):
    body = ResNet(BasicBlock, [2, 2, 2, 2])
    body.inplanes = planes[0]
    body.conv1, body.bn1 = torch.nn.Conv2d(3, planes[0], 7, 2, 3, bias=False), torch.nn.BatchNorm2d(planes[0])
    for i, p in enumerate(planes): setattr(body, f"layer{i + 1}", body._make_layer(BasicBlock, p, 2, 1 if i == 0 else 2))
    pyramid = BackboneWithFPN(body, {f"layer{i + 1}": str(i) for i in range(4)}, list(planes), channels)
    anchors = AnchorGenerator(tuple((s,) for s in (16, 32, 64, 96, 128)), ((0.5, 1.0, 2.0),) * 5)
    return FasterRCNN(pyramid, None, 192, 256, rpn_anchor_generator=anchors, box_batch_size_per_image=64,
                      box_head=TwoMLPHead(channels * 49, hidden), box_predictor=FastRCNNPredictor(hidden, classes))


net = network()
known = {k: v for k, v in load_file(start).items() if "box_predictor" not in k}  # the start knows other classes
missing, unknown = net.load_state_dict(known, strict=False)
assert not unknown and all("box_predictor" in m for m in missing), (missing, unknown)


def pictures(split):
    truth = json.load(open(f"{folder}/{split}.json"))
    boxes = {}
    for a in truth["annotations"]: boxes.setdefault(a["image_id"], []).append(a)
    for i in truth["images"]:
        things = boxes.get(i["id"], [])
        b = torch.tensor([a["bbox"] for a in things], dtype=torch.float32).reshape(-1, 4)
        b[:, 2:] += b[:, :2]
        yield i["id"], pil_to_tensor(Image.open(f"{folder}/images/{i['file_name']}").convert("RGB")), \
            {"boxes": b, "labels": torch.tensor([a["category_id"] for a in things], dtype=torch.int64)}


def flipped(x, t):
    b = t["boxes"].clone(); b[:, [0, 2]] = x.shape[2] - b[:, [2, 0]]
    return x.flip(2), {"boxes": b, "labels": t["labels"]}


data, batch = list(pictures("train")), 4
total, done, begun = epochs * math.ceil(len(data) / batch), 0, time.time()
decayed = [p for p in net.parameters() if p.requires_grad and p.dim() > 1]
plain = [p for p in net.parameters() if p.requires_grad and p.dim() <= 1]
opt = torch.optim.AdamW([{"params": decayed}, {"params": plain, "weight_decay": 0}], 5e-4, weight_decay=0.05)
half = torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16")
net.train()
for epoch in range(epochs):
    random.shuffle(data)
    for i in range(0, len(data), batch):
        at = done / total
        rate = at / 0.03 if at < 0.03 else 0.5 * (1 + math.cos(math.pi * (at - 0.03) / 0.97))
        for group in opt.param_groups: group["lr"] = 5e-4 * rate
        pairs = [(x / 255, t) for _, x, t in data[i:i + batch]]
        xs, ts = zip(*(flipped(*p) if random.random() < 0.5 else p for p in pairs))
        with half: losses = net(list(xs), list(ts))
        opt.zero_grad(); loss = sum(losses.values()); loss.backward()
        torch.nn.utils.clip_grad_norm_(net.parameters(), 10)
        opt.step(); done += 1
    print(f"epoch {epoch + 1}: loss {loss.item():.4f}, {time.time() - begun:.0f} s", flush=True)
net.eval(); found = []
with torch.inference_mode(), half:
    for image, x, _ in pictures("test"):
        o = net([x / 255])[0]
        for (left, top, right, bottom), label, score in zip(o["boxes"].tolist(), o["labels"].tolist(), o["scores"].tolist()):
            found.append({"image_id": image, "category_id": label, "score": score, "bbox": [left, top, right - left, bottom - top]})
json.dump(found, open(out, "w"))
