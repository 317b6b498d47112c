"""The operations of torchvision's RandAugment, TrivialAugmentWide and AugMix on a Pillow image, and their magnitudes.

usage: python augment_operations.py > library/src/test/resources/resnet4j/data/augment-operations.tsv

Columns: policy, operation, place on the scale, sign, magnitude, SHA-256 of the pixels.
"""
import hashlib
import sys

import numpy as np
import PIL
import torchvision
from PIL import Image
from torchvision.transforms import InterpolationMode, autoaugment

i = np.arange(45 * 61 * 3)
image = Image.fromarray(((i * 37 + 101 + (i >> 5) * (i >> 9)) % 200 + 20).astype(np.uint8).reshape(45, 61, 3))
print(f"# Made by scripts/parity/augment_operations.py with Pillow {PIL.__version__}, torchvision {torchvision.__version__}")
policies = {
    "rand": autoaugment.RandAugment()._augmentation_space(31, (45, 61)),
    "wide": autoaugment.TrivialAugmentWide()._augmentation_space(31),
    "mix": autoaugment.AugMix()._augmentation_space(10, (45, 61)),
}
for policy, space in policies.items():
    for name, (magnitudes, signed) in space.items():
        places = [0] if magnitudes.ndim == 0 else [1, 4, 7] if policy == "mix" else [0, 9, 14, 15, 23, 30]
        for place in places:
            magnitude = float(magnitudes[place].item()) if magnitudes.ndim else 0.0
            for sign in [1, -1] if signed else [1]:
                out = autoaugment._apply_op(image, name, sign * magnitude, InterpolationMode.NEAREST, None)
                print(policy, name, place, sign, repr(magnitude), hashlib.sha256(out.tobytes()).hexdigest()[:16], sep="\t")
