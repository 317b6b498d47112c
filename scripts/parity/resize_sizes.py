"""Pillow's resizing of a picture made by formula between 1,000 pairs of sizes, as the first 16 digits of SHA-256.

usage: python resize_sizes.py > library/src/test/resources/resnet4j/image/resize-1000.tsv
"""
import hashlib
import random

import PIL
from PIL import Image

from resample_table import picture

print(f"# Made by scripts/parity/resize_sizes.py with Pillow {PIL.__version__}")
draw = random.Random(13)
for i in range(1000):
    most = [40, 200, 600][i % 3]
    w, h, tw, th = (draw.randint(1, most) for _ in range(4))
    match i % 10:
        case 0:
            w, th = draw.randint(1, 3), draw.randint(1, 9)  # a line
        case 1:
            h, tw = draw.randint(1, 3), draw.randint(1, 9)
        case 2:
            w, h, tw, th = draw.randint(200, 500), draw.randint(400, 700), 224, 224  # portraits
        case 3:
            th = max(1, h - 2 * (w - tw) + draw.randint(-1, 1))  # where Pillow 13 changes the order
            th = min(th, 1200)
    name = draw.choice(["BILINEAR", "BICUBIC", "BILINEAR", "BICUBIC", "NEAREST"])
    digest = hashlib.sha256(picture(w, h).resize((tw, th), Image.Resampling[name]).tobytes()).hexdigest()
    print(w, h, tw, th, name, digest[:16], sep="\t")
