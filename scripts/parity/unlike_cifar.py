"""Pictures of 32x32 that are not CIFAR's, for docs/certainty.md: drawn house numbers in the manner of SVHN, and noise with
SVHN's means and deviations.

python unlike_cifar.py FOLDER [N=2000] [SEED=0] writes numbers.npz and noise.npz there, both readable as npz:FILE.
"""

import pathlib
import sys

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

folder = pathlib.Path(sys.argv[1])
n = int(sys.argv[2]) if len(sys.argv) > 2 else 2000
rng = np.random.default_rng(int(sys.argv[3]) if len(sys.argv) > 3 else 0)
MEAN, STD = np.array([0.4377, 0.4438, 0.4728]), np.array([0.1980, 0.2010, 0.1970])  # of SVHN's training pictures


def colour(base, spread):
    return tuple(int(v) for v in np.clip(255 * (base + spread * rng.normal()), 0, 255))


def number():
    wall = MEAN + STD * rng.normal()
    digits = wall + rng.choice([-1, 1]) * rng.uniform(0.2, 0.6)
    image = Image.new("RGB", (64, 64), colour(wall, 0.02))
    draw = ImageDraw.Draw(image)
    size = int(rng.integers(40, 60))
    font = ImageFont.load_default(size)
    middle, step = 32 + rng.normal() * 4, size * 0.62
    for place in (-1, 0, 1):  # neighbours are cut off, as in SVHN
        if place == 0 or rng.random() < 0.6:
            draw.text((middle + place * step, 32 + rng.normal() * 2), str(rng.integers(10)), colour(digits, 0.02), font, "mm")
    image = image.rotate(rng.normal() * 6, Image.BICUBIC, fillcolor=image.getpixel((0, 0)))
    image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0.5, 2.5))).resize((32, 32), Image.BILINEAR)
    pixels = np.asarray(image) / 255 + rng.normal(size=(32, 32, 3)) * rng.uniform(0.005, 0.03)
    return np.clip(255 * pixels, 0, 255).astype(np.uint8)


folder.mkdir(parents=True, exist_ok=True)
noise = np.clip(255 * (MEAN + STD * rng.normal(size=(n, 32, 32, 3))), 0, 255).astype(np.uint8)
for name, pictures in (("numbers", np.stack([number() for _ in range(n)])), ("noise", noise)):
    labels = np.arange(n, dtype=np.uint8)[:, None] % 10
    np.savez(folder / f"{name}.npz", train_images=pictures[:10], train_labels=labels[:10], test_images=pictures, test_labels=labels)
