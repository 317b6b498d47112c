"""Pillow's resizes and rotations of a picture made by formula, as SHA-256 of the result's RGB bytes.

usage: python resample_table.py > library/src/test/resources/resnet4j/image/resample.tsv
"""
import hashlib

import numpy as np
import PIL
from PIL import Image


def picture(width, height):
    y, x = np.mgrid[0:height, 0:width]
    c = np.arange(3)
    return Image.fromarray(((x[..., None] * (37 + c) + y[..., None] * (91 - 7 * c) + x[..., None] * y[..., None]) % 256)
                           .astype(np.uint8))


def row(*columns):
    print(*columns, sep="\t")


def sha256(image):
    return hashlib.sha256(image.tobytes()).hexdigest()


def main():
    print(f"# Made by scripts/parity/resample_table.py with Pillow {PIL.__version__}")
    SIZES = [(1, 1), (2, 3), (7, 5), (31, 17), (53, 40), (53, 11), (9, 40), (107, 83), (224, 224)]
    for width, height in [(53, 40), (1, 1), (1, 9), (100, 3)]:
        for to in SIZES:
            for name in ["NEAREST", "BILINEAR", "BICUBIC"]:
                resized = picture(width, height).resize(to, Image.Resampling[name])
                row("resize", width, height, name, *to, sha256(resized))
    for width, height in [(53, 40), (32, 32), (5, 8)]:
        for angle in [0, 15, -7.5, 30.25, 45, 90, 180, 200, -90, 359]:
            for name in ["NEAREST", "BILINEAR"]:
                row("rotate", width, height, name, angle, "0",
                    sha256(picture(width, height).rotate(angle, Image.Resampling[name], fillcolor=(9, 80, 200))))


if __name__ == "__main__":
    main()
