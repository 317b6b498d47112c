"""Small pictures whose orientation stands in different places, and what Pillow's exif_transpose makes of them.

usage: python upright_pictures.py > library/src/test/resources/resnet4j/image/upright-pictures.tsv

Columns: name, file in base64, width, height, SHA-256 of the RGB bytes after exif_transpose.
"""
import base64
import hashlib
import io
import struct

import numpy as np
import PIL
from PIL import Image, ImageOps, PngImagePlugin

y, x = np.mgrid[0:5, 0:7]
picture = Image.fromarray(np.stack([x * 30, y * 40, x * y], -1).astype(np.uint8))


def saved(format, **options):
    out = io.BytesIO()
    picture.save(out, format, **options)
    return out.getvalue()


def block(value, type=3, order="<"):
    tail = {1: struct.pack(order + "BBBB", value, 0, 0, 0), 3: struct.pack(order + "HH", value, 0),
            4: struct.pack(order + "I", value)}[type]
    return struct.pack(order + "2sHIHHHI", b"II" if order == "<" else b"MM", 42, 8, 1, 0x112, type, 1) + tail + b"\0" * 4


def xmp(value, element=False):
    said = f"<tiff:Orientation>{value}</tiff:Orientation>" if element else f'<x tiff:Orientation="{value}"/>'
    return f"<x:xmpmeta>{said}</x:xmpmeta>".encode()


def png(*texts, **options):
    info = PngImagePlugin.PngInfo()
    for kind, key, value in texts:
        if kind == "iTXt":
            info.add_itxt(key, value, zip=False)
        elif kind == "iTXt zip":
            info.add_itxt(key, value, zip=True)
        else:
            info.add_text(key, value, zip=kind == "zTXt")
    return saved("PNG", pnginfo=info, **options)


def raw(value, **options):
    data = b"Exif\0\0" + block(value, **options)
    return f"\nexif\n{len(data):8}\n{data.hex()}\n"


none = block(2).replace(struct.pack("<H", 0x112), struct.pack("<H", 0x10F))
files = {
    "jpeg-exif": saved("JPEG", exif=b"Exif\0\0" + block(6)),
    "jpeg-exif-byte": saved("JPEG", exif=b"Exif\0\0" + block(6, 1)),
    "jpeg-exif-long-big": saved("JPEG", exif=b"Exif\0\0" + block(8, 4, ">")),
    "jpeg-xmp": saved("JPEG", xmp=xmp(3)),
    "jpeg-xmp-element": saved("JPEG", xmp=xmp(5, True)),
    "jpeg-exif-before-xmp": saved("JPEG", exif=b"Exif\0\0" + block(6), xmp=xmp(3)),
    "jpeg-exif-silent-xmp": saved("JPEG", exif=b"Exif\0\0" + none, xmp=xmp(7)),
    "jpeg-exif-one-xmp": saved("JPEG", exif=b"Exif\0\0" + block(1), xmp=xmp(7)),
    "png-exif": saved("PNG", exif=block(6)),
    "png-exif-long": saved("PNG", exif=block(2, 4, ">")),
    "png-raw-profile": png(("tEXt", "Raw profile type exif", raw(6))),
    "png-raw-profile-zip": png(("zTXt", "Raw profile type exif", raw(8, order=">"))),
    "png-exif-before-raw-profile": png(("tEXt", "Raw profile type exif", raw(6)), exif=block(3)),
    "png-xmp": png(("iTXt", "XML:com.adobe.xmp", xmp(4).decode())),
    "png-xmp-zip": png(("iTXt zip", "XML:com.adobe.xmp", xmp(5, True).decode())),
    "png-xmp-nine": png(("iTXt", "XML:com.adobe.xmp", xmp(9).decode())),
    "webp-exif": saved("WEBP", lossless=True, exif=block(6)),
    "webp-exif-prefixed": saved("WEBP", lossless=True, exif=b"Exif\0\0" + block(7, order=">")),
    "webp-xmp": saved("WEBP", lossless=True, xmp=xmp(8)),
    "webp-exif-silent-xmp": saved("WEBP", lossless=True, exif=none, xmp=xmp(2)),
    "tiff": saved("TIFF", tiffinfo={274: 6}),
}
print(f"# Made by scripts/parity/upright_pictures.py with Pillow {PIL.__version__}: name, file, width, height, SHA-256")
for name, data in files.items():
    image = ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")
    print(name, base64.b64encode(data).decode(), image.width, image.height,
          hashlib.sha256(image.tobytes()).hexdigest(), sep="\t")
