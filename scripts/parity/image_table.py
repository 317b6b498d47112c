"""What Pillow makes of every picture below a folder: path, width, height and the SHA-256 of its RGB bytes, or "refused".

usage: python image_table.py shared/data/images > library/src/test/resources/resnet4j/image/pillow.tsv

Grey pictures of 16 bits are the exception: convert("RGB") clips them to white above 255, so the upper 8 bits are taken
for PNG, and the value scaled to 255 and rounded (as Pillow does for colour) for PGM.
"""
import hashlib
import pathlib
import sys

import numpy as np
import PIL
from PIL import Image


def rgb(file):
    image = Image.open(file)
    if image.format not in ("JPEG", "PNG", "BMP", "GIF", "PPM"):
        raise OSError("not a format that is read")
    if image.mode == "I;16":
        image = Image.fromarray((np.array(image) >> 8).astype(np.uint8))
    elif image.mode == "I":
        image = Image.fromarray(np.floor(np.array(image) * 255 / 65535 + 0.5).astype(np.uint8))
    return image.convert("RGB")


root = pathlib.Path(sys.argv[1])
print(f"# Made by scripts/parity/image_table.py with Pillow {PIL.__version__}: path, width, height, SHA-256 of RGB")
for file in sorted(f for f in root.rglob("*") if f.is_file()):
    try:
        image = rgb(file)
        row = (image.width, image.height, hashlib.sha256(image.tobytes()).hexdigest())
    except (OSError, SyntaxError, ValueError):
        row = ("refused",)
    print(file.relative_to(root).as_posix(), *row, sep="\t")
