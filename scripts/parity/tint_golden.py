"""The pixels of TintTest, by torchvision's functions on Pillow images: python tint_golden.py"""
import hashlib

import numpy as np
import PIL
import torchvision
from PIL import Image
from torchvision.transforms import functional as F

print("Pillow", PIL.__version__, "torchvision", torchvision.__version__)
i = np.arange(48 * 64 * 3, dtype=np.int64)
image = Image.fromarray(((i * i * 31 + i * 7) // 5 % 256).astype(np.uint8).reshape(48, 64, 3))
for name, change, factors in [
    ("brightness", F.adjust_brightness, (0.35, 1.7)),
    ("contrast", F.adjust_contrast, (0.35, 1.7)),
    ("saturation", F.adjust_saturation, (0.35, 1.7)),
    ("hue", F.adjust_hue, (1 / 3, -0.4, 0.07)),
]:
    for factor in factors:
        print(name, factor, hashlib.sha256(np.asarray(change(image, factor)).tobytes()).hexdigest())
