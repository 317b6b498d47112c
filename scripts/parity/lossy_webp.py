"""WebP files with loss and Pillow's pixels of them.

usage: python lossy_webp.py > library/src/test/resources/resnet4j/image/lossy-webp.tsv

Columns: name, file in base64, RGB bytes in base64, the most that a byte may differ, and the mean.
"""
import base64
import io

import numpy as np
import PIL
from PIL import Image

y, x = np.mgrid[0:45, 0:61]
grey = np.repeat((128 + 90 * np.sin(x / 5) * np.cos(y / 7))[..., None], 3, -1).astype(np.uint8)
colour = np.stack([x * 4, y * 5, 255 - x * 4], -1).astype(np.uint8)
print(f"# Made by scripts/parity/lossy_webp.py with Pillow {PIL.__version__}")
for name, pixels in [("grey", grey), ("colour", colour)]:
    for quality, most, mean in [(20, 40, 7), (90, 12, 4)]:
        out = io.BytesIO()
        Image.fromarray(pixels).save(out, "WEBP", quality=quality)
        data = out.getvalue()
        rgb = Image.open(io.BytesIO(data)).convert("RGB").tobytes()
        print(f"{name}-{quality}", base64.b64encode(data).decode(), base64.b64encode(rgb).decode(), most, mean, sep="\t")
