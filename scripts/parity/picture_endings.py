"""Small picture files whose ends are missing or replaced, and what Pillow makes of them.

usage: python picture_endings.py > library/src/test/resources/resnet4j/image/picture-endings.tsv

Columns: name, file in base64, width, height, SHA-256 of the RGB bytes or "refused".
"""
import base64
import hashlib
import io

import numpy as np
import PIL
from PIL import Image

y, x = np.mgrid[0:13, 0:21]
colour = Image.fromarray(np.stack([x * 12, y * 19, (x * y) % 256], -1).astype(np.uint8))
grey, palette = colour.convert("L"), colour.quantize(32)


def saved(image, format, **options):
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


FILES = {
    "jpeg-420": saved(colour, "JPEG"),
    "jpeg-444": saved(colour, "JPEG", subsampling=0, quality=90),
    "jpeg-grey": saved(grey, "JPEG"),
    "jpeg-restarts": saved(colour, "JPEG", quality=70, restart_marker_blocks=1),
    "jpeg-progressive": saved(colour, "JPEG", progressive=True),
    "png": saved(colour, "PNG"),
    "png-palette": saved(palette, "PNG"),
    "gif": saved(palette, "GIF", interlace=0),
    "gif-interlaced": saved(palette, "GIF", interlace=1),
    "bmp": saved(colour, "BMP"),
    "webp": saved(colour, "WEBP", lossless=True),
    "tiff": saved(colour, "TIFF", compression="raw"),
    "tiff-lzw": saved(colour, "TIFF", compression="tiff_lzw"),
    "ppm": saved(colour, "PPM"),
}

print("# Pillow", PIL.__version__, sep="\t")
for name, file in FILES.items():
    ends = {"cut": file[:-2], "cut-more": file[:-13], "half": file[: len(file) // 2],
            "followed": file + b"abc" * 20, "twice": file + file}
    if name.startswith("jpeg"):
        ends |= {"zeros": file[:-2] + bytes(20), "zeros-for-data": file[:-40] + bytes(60)}
    if name.startswith("gif"):
        ends |= {"cut-before-the-last-block": file[:-1], "zeros-for-data": file[:-20] + bytes(40)}
    for end, bytes_ in ends.items():
        try:
            with Image.open(io.BytesIO(bytes_)) as image:
                rgb = image.convert("RGB")
            result = [rgb.width, rgb.height, hashlib.sha256(rgb.tobytes()).hexdigest()]
        except (OSError, SyntaxError):
            result = ["refused"]
        print(name + "-" + end, base64.b64encode(bytes_).decode(), *result, sep="\t")
