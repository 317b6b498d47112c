"""The weight catalogue, from torchvision's published facts, a few of timm's, and CIFAR's.

    python catalogue.py torchvision-weights.json > library/src/main/resources/resnet4j/weights/catalogue.tsv

The JSON file maps ``ResNet50_Weights.IMAGENET1K_V1`` to torchvision's url, meta and transforms of it. Quantized weights
(packed for TorchScript), video and optical flow are left out.
"""

import json
import re
import sys

COLUMNS = (
    "id task model url sha256 mebibytes parameters gflops metrics resize crop interpolation mean std classes source licence"
).split()
IMAGENET = "0.485,0.456,0.406", "0.229,0.224,0.225"
CLASSES = {"IMAGENET1K": "imagenet-1k", "COCO_WITH_VOC_LABELS": "voc-21", "COCO": "coco-91"}
METRICS = {"acc@1": "top1", "acc@5": "top5"}

# Wightman et al. 2021, arXiv:2110.00476, recipe A1 tested at 224; addresses as timm 1.0 has them.
RSB = "https://github.com/huggingface/pytorch-image-models/releases/download/v0.1-rsb-weights/"
TIMM = [
    ("resnet18", "resnet18_a1_0-d63eafa0.pth", 11689512, 1.814, 0.715),
    ("resnet34", "resnet34_a1_0-46f8f793.pth", 21797672, 3.664, 0.764),
    ("resnet50", "resnet50_a1_0-14fe96d1.pth", 25557032, 4.089, 0.804),
    ("resnet101", "resnet101_a1_0-cdcb52a9.pth", 44549160, 7.801, 0.815),
    ("resnet152", "resnet152_a1_0-2eee8a7a.pth", 60192808, 11.514, 0.820),
]


# Errors of its README on CIFAR-10's test images, which are normalised with ImageNet's numbers.
AKAMASTER = "https://github.com/akamaster/pytorch_resnet_cifar10/raw/master/pretrained_models/"
CIFAR = [
    (20, "12fca82f", 269722, 0.041, 0.9173),
    (32, "d509ac18", 464154, 0.069, 0.9263),
    (44, "014dd654", 658586, 0.097, 0.931),
    (56, "4bfd9763", 853018, 0.125, 0.9339),
    (110, "1d1ed7c2", 1727962, 0.253, 0.9368),
]


def torchvision_rows(facts):
    for name, w in facts.items():
        enum, weights = name.split(".")
        if w["file"].split("/")[0] in ("quantization", "video", "optical_flow"):
            continue
        model = enum.removesuffix("_Weights").lower()
        tag = re.sub("imagenet1k", "in1k", weights.lower().replace("coco_with_voc_labels", "coco_voc"))
        task = w["file"].split("/")[0] if "/" in w["file"] else "classification"
        classes = "coco-person-keypoints" if "keypoint" in model else next(
            c for prefix, c in CLASSES.items() if weights.startswith(prefix))
        metrics = {
            METRICS.get(k, k): round(v / 100, 5)
            for values in w["meta"]["_metrics"].values() for k, v in values.items() if isinstance(v, float)
        }
        t = w["transforms"] if isinstance(w["transforms"], dict) else {}
        crop = t.get("crop_size", "")
        licence = "CC-BY-NC-4.0" if "SWAG" in weights else "BSD-3-Clause"
        mean, std = (",".join(str(eval(str(v))) for v in t[k]) if k in t else d for k, d in zip(("mean", "std"), IMAGENET))
        if model in ("googlenet", "inception_v3"):  # these normalise once more themselves: transform_input
            mean = std = "0.5,0.5,0.5"
        yield dict(
            id=f"{model}.tv_{tag}", task=task, model=model, url=w["url"],
            sha256=(re.findall(r"[-_]([0-9a-f]{8,10})\.pth$", w["url"]) or [""])[0],
            mebibytes=w["meta"]["_file_size"], parameters=w["meta"]["num_params"], gflops=w["meta"]["_ops"],
            metrics=",".join(f"{k}={v}" for k, v in metrics.items()),
            resize=t.get("resize_size", 256) if crop else "", crop=crop,
            interpolation=t.get("interpolation", "x.bilinear").split(".")[1].lower() if crop else "",
            mean=mean if crop else "", std=std if crop else "", classes=classes, source="torchvision 0.19", licence=licence,
        )  # fmt: skip


def timm_rows():
    for model, file, parameters, gflops, top1 in TIMM:
        yield dict(
            id=f"{model}.a1_in1k", task="classification", model=model, url=RSB + file, sha256=file[-12:-4], mebibytes="",
            parameters=parameters, gflops=gflops, metrics=f"top1={top1}", resize=235, crop=224, interpolation="bicubic",
            mean=IMAGENET[0], std=IMAGENET[1], classes="imagenet-1k", source="timm, arXiv:2110.00476",
            licence="Apache-2.0",
        )  # fmt: skip


def cifar_rows():
    for layers, checksum, parameters, gflops, top1 in CIFAR:
        yield dict(
            id=f"resnet{layers}.akamaster_cifar10", task="classification", model=f"resnet{layers}",
            url=f"{AKAMASTER}resnet{layers}-{checksum}.th", sha256=checksum, mebibytes="", parameters=parameters,
            gflops=gflops, metrics=f"top1={top1}", resize="", crop=32, interpolation="bilinear", mean=IMAGENET[0],
            std=IMAGENET[1], classes="cifar-10", source="akamaster", licence="BSD-2-Clause",
        )  # fmt: skip


print("\t".join(COLUMNS))
for row in [*torchvision_rows(json.load(open(sys.argv[1]))), *timm_rows(), *cifar_rows()]:
    print("\t".join(str(row[c]) for c in COLUMNS))
