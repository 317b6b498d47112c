"""SHA-256 of what Pillow's GaussianBlur makes of a picture that BlurTest makes too: python scripts/parity/blur_golden.py. Pillow 12."""
import hashlib

import numpy as np
from PIL import Image, ImageFilter

k = np.arange(3 * 37 * 23, dtype=np.int64)
picture = Image.fromarray(((k * k * 31 + k * 7) % 251).astype(np.uint8).reshape(23, 37, 3))
for radius in (0.1, 0.5, 1.0, 1.37, 2.0, 6.5):
    print(radius, hashlib.sha256(picture.filter(ImageFilter.GaussianBlur(radius)).tobytes()).hexdigest())
