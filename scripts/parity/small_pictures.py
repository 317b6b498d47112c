"""Small picture files of kinds that decoders get wrong, and what Pillow makes of them.

usage: python small_pictures.py > library/src/test/resources/resnet4j/image/small-pictures.tsv

Columns: name, file in base64, width, height, SHA-256 of the RGB bytes or "refused".
"""
import base64
import hashlib
import io
import struct

import numpy as np
import PIL
from PIL import Image

y, x = np.mgrid[0:13, 0:21]
RGB = np.stack([x * 12, y * 19, (x * y) % 256], -1).astype(np.uint8)
colour = Image.fromarray(RGB)
grey = colour.convert("L")


def saved(image, format, **options):
    out = io.BytesIO()
    image.save(out, format, **options)
    return out.getvalue()


def bmp(bits, rows, compression=0, palette=b"", height=13, masks=b"", width=21):
    offset = 54 + len(masks) + len(palette)
    return (
        struct.pack("<2sIHHI", b"BM", offset + len(rows), 0, 0, offset)
        + struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, compression, len(rows), 0, 0, len(palette) // 4, 0)
        + masks + palette + rows
    )


def rows(bits, height=13, width=21):
    stride = (width * bits + 31) // 32 * 4
    return bytes((i * 37 + i // 7) % 256 for i in range(stride * height))


def palette(n):
    return b"".join(struct.pack("<BBBB", i * 5 % 256, 255 - i % 256, i * 11 % 256, 0) for i in range(n))


def without_app0(jpeg):
    assert jpeg[2:4] == b"\xff\xe0"
    return jpeg[:2] + jpeg[4 + struct.unpack(">H", jpeg[4:6])[0]:]


def renamed(jpeg, ids):
    """The components called by other ids, in frame and scan header."""
    b = bytearray(jpeg)
    frame, scan = jpeg.index(b"\xff\xc0"), jpeg.index(b"\xff\xda")
    for i, name in enumerate(ids):
        b[frame + 10 + 3 * i] = name
        b[scan + 5 + 2 * i] = name
    return bytes(b)


def sampled(jpeg, factors):
    """The first component's sampling factors replaced; the data then means other blocks, but remains data."""
    b = bytearray(jpeg)
    b[jpeg.index(b"\xff\xc0") + 11] = factors
    return bytes(b)


def adobe(jpeg, transform):
    marker = b"\xff\xee\0\x0eAdobe\0\x64\0\0\0\0" + bytes([transform])
    return jpeg[:2] + marker + jpeg[2:]


def canvas(webp, width, height, left, top):
    """The first frame of an animation on a larger canvas."""
    b = bytearray(webp)
    b[24:30] = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    at = webp.index(b"ANMF") + 8
    b[at:at + 6] = (left // 2).to_bytes(3, "little") + (top // 2).to_bytes(3, "little")
    return bytes(b)


def tiff(order, bits, meaning, data, width, height, samples=1, planes=1):
    tags = [(256, width), (257, height), (258, [bits] * samples), (259, 1), (262, meaning), (273, 0), (277, samples),
            (278, height), (279, len(data)), (284, planes)]
    end = 8 + 2 + 12 * len(tags) + 4
    tail = b""
    out = struct.pack(order + "2sHIH", b"II" if order == "<" else b"MM", 42, 8, len(tags))
    parts = samples if planes == 2 else 1
    for tag, value in tags:
        if tag in (273, 279) and parts > 1:
            size = len(data) // parts
            value = [end + 6 + 4 * 2 * parts + i * size if tag == 273 else size for i in range(parts)]
            out += struct.pack(order + "HHII", tag, 4, parts, end + len(tail))
            tail += struct.pack(order + f"{parts}I", *value)
        elif isinstance(value, list) and len(value) > 1:
            out += struct.pack(order + "HHII", tag, 3, len(value), end + len(tail))
            tail += struct.pack(order + f"{len(value)}H", *value)
        elif tag == 273:
            out += struct.pack(order + "HHII", tag, 4, 1, end + (2 * samples if samples > 1 else 0))
        else:
            value = value[0] if isinstance(value, list) else value
            out += struct.pack(order + "HHIHH", tag, 3, 1, value, 0)
    return out + struct.pack(order + "I", 0) + tail + data


transparent = colour.copy()
transparent.putalpha(Image.fromarray((x * 12).astype(np.uint8)))
small = saved(colour, "JPEG", quality=90, subsampling=0)
cmyk = saved(colour.convert("CMYK"), "JPEG", quality=90)
ycck = bytearray(cmyk)
ycck[cmyk.index(b"Adobe") + 11] = 2
gif = saved(colour.quantize(16), "GIF")
offset_gif = bytearray(gif)
frame = gif.index(b"\x2c", 13 + 3 * (2 << (gif[10] & 7)))
offset_gif[6:10] = struct.pack("<HH", 30, 20)
offset_gif[frame + 1:frame + 5] = struct.pack("<HH", 4, 3)
far_gif = bytearray(gif)
far_gif[frame + 1:frame + 5] = struct.pack("<HH", 4, 3)
frames = [colour.quantize(8), colour.rotate(90).quantize(8)]
rle8 = b"".join(bytes([21, r * 3]) + b"\0\0" for r in range(12)) + b"\0\x05abcde\0\x10\x07\0\0\0\1"
rle4 = b"".join(bytes([21, r * 17 % 256]) + b"\0\0" for r in range(13)) + b"\0\1"

files = {
    "jpeg-444": small,
    "jpeg-422": saved(colour, "JPEG", subsampling=1),
    "jpeg-420": saved(colour, "JPEG", subsampling=2),
    "jpeg-440": sampled(saved(colour, "JPEG", subsampling=1), 0x12),
    "jpeg-411": sampled(saved(colour, "JPEG", subsampling=2), 0x41),
    "jpeg-progressive": saved(colour, "JPEG", progressive=True),
    "jpeg-grey-progressive": saved(grey, "JPEG", progressive=True),
    "jpeg-restarts": saved(colour, "JPEG", restart_marker_blocks=1),
    "jpeg-no-jfif": without_app0(small),
    "jpeg-no-jfif-named-rgb": renamed(without_app0(small), b"RGB"),
    "jpeg-jfif-named-rgb": renamed(small, b"RGB"),
    "jpeg-no-jfif-ids-012": renamed(without_app0(small), bytes([0, 1, 2])),
    "jpeg-adobe-rgb": adobe(without_app0(small), 0),
    "jpeg-adobe-ycc": adobe(without_app0(small), 1),
    "jpeg-jfif-and-adobe-rgb": adobe(small, 0),
    "jpeg-cmyk": cmyk,
    "jpeg-ycck": bytes(ycck),
    "jpeg-trailing-bytes": small + b"tail",
    "jpeg-no-end": small[:-2],
    "jpeg-half": small[: len(small) // 2],
    "png-grey": saved(grey, "PNG"),
    "png-grey-transparent": saved(grey, "PNG", transparency=7),
    "png-bilevel": saved(colour.convert("1"), "PNG"),
    "png-palette": saved(colour.quantize(200), "PNG", transparency=3),
    "png-half": saved(colour, "PNG")[:150],
    "png-bad-data": saved(colour, "PNG").replace(b"IDAT", b"IDATxxxx"),
    "gif": gif,
    "gif-interlaced": saved(colour.quantize(16), "GIF", interlace=1),
    "gif-animated": saved(frames[0], "GIF", save_all=True, append_images=frames[1:], duration=10, loop=0),
    "gif-transparent": saved(colour.quantize(16), "GIF", transparency=5),
    "gif-larger-canvas": bytes(offset_gif),
    "gif-beyond-canvas": bytes(far_gif),
    "gif-half": gif[: len(gif) - 60],
    "bmp-1": bmp(1, rows(1), palette=palette(2)),
    "bmp-4": bmp(4, rows(4), palette=palette(16)),
    "bmp-8": bmp(8, rows(8), palette=palette(256)),
    "bmp-4-three-colours": bmp(4, bytes(b % 3 * 17 for b in rows(4)), palette=palette(3)),
    "bmp-8-five-colours": bmp(8, bytes(b % 5 for b in rows(8)), palette=palette(5)),
    "bmp-16": bmp(16, rows(16)),
    "bmp-565": bmp(16, rows(16), 3, masks=struct.pack("<III", 0xF800, 0x7E0, 0x1F)),
    "bmp-24": bmp(24, rows(24)),
    "bmp-32": bmp(32, rows(32)),
    "bmp-24-top-down": bmp(24, rows(24), height=-13),
    "bmp-rle8": bmp(8, rle8, 1, palette(256)),
    "bmp-rle4": bmp(4, rle4, 2, palette(16)),
    "bmp-half": bmp(24, rows(24))[:400],
    "bmp-jpeg-inside": bmp(24, small, 4),
    "pbm-plain": b"P1\n# drawn by hand\n4 2\n0 1 0 1\n1100\n",
    "pgm-plain": b"P2 3 2 15\n0 7 15\n# half\n1 2 3\n",
    "ppm-plain": b"P3 2 1 255 1 2 3 250 251 252\n",
    "pbm": saved(colour.convert("1"), "PPM"),
    "pgm": saved(grey, "PPM"),
    "pgm-max-100": b"P5 10 10 100\n" + bytes(range(100)),
    "ppm": saved(colour, "PPM"),
    "ppm-16": b"P6 5 4 65535\n" + bytes(i * 83 % 256 for i in range(120)),
    "ppm-max-1023": b"P6 5 4 1023\n" + bytes(i * 7 % (4 if i % 2 == 0 else 256) for i in range(120)),
    "ppm-half": saved(colour, "PPM")[:300],
    "ppm-bad-number": b"P3 2 1 255 1 2 x 250 251 252\n",
    "webp-lossless": saved(colour, "WEBP", lossless=True),
    "webp-transparent": saved(transparent, "WEBP", lossless=True, exact=True),
    "webp-animated": saved(colour, "WEBP", lossless=True, save_all=True, append_images=[colour.rotate(90)], duration=9),
    "webp-animated-part": canvas(saved(colour, "WEBP", lossless=True, save_all=True,
                                       append_images=[colour.rotate(90)], duration=9), 31, 20, 4, 6),
    "webp-half": saved(colour, "WEBP", lossless=True)[:60],
    "webp-lossy-half": saved(colour, "WEBP")[:100],
    "tiff": saved(colour, "TIFF"),
    "tiff-lzw": saved(colour, "TIFF", compression="tiff_lzw"),
    "tiff-lzw-predictor": saved(colour, "TIFF", compression="tiff_lzw", tiffinfo={317: 2}),
    "tiff-deflate": saved(colour, "TIFF", compression="tiff_adobe_deflate"),
    "tiff-packbits": saved(colour, "TIFF", compression="packbits"),
    "tiff-group3": saved(colour.convert("1"), "TIFF", compression="group3"),
    "tiff-group4": saved(colour.convert("1"), "TIFF", compression="group4"),
    "tiff-bilevel": saved(colour.convert("1"), "TIFF"),
    "tiff-grey": saved(grey, "TIFF"),
    "tiff-grey-alpha": saved(transparent.convert("LA"), "TIFF"),
    "tiff-palette": saved(colour.quantize(50), "TIFF"),
    "tiff-alpha": saved(transparent, "TIFF", compression="tiff_lzw"),
    "tiff-pages": saved(colour, "TIFF", save_all=True, append_images=[grey]),
    "tiff-big-endian": tiff(">", 8, 1, bytes(range(6)), 3, 2),
    "tiff-white-is-zero": tiff("<", 8, 0, bytes(range(6)), 3, 2),
    "tiff-white-is-zero-4": tiff("<", 4, 0, bytes(range(30, 38)), 4, 4),
    "tiff-white-is-zero-1": tiff("<", 1, 0, bytes([0x5A, 0xC3]), 8, 2),
    "tiff-grey-4": tiff("<", 4, 1, bytes(range(30, 38)), 4, 4),
    "tiff-grey-2": tiff("<", 2, 1, bytes(range(30, 34)), 4, 4),
    "tiff-rgb-16": tiff(">", 16, 2, bytes(i * 83 % 256 for i in range(36)), 3, 2, samples=3),
    "tiff-planes": tiff("<", 8, 2, bytes(range(18)), 3, 2, samples=3, planes=2),
    "tiff-turned": saved(colour, "TIFF", tiffinfo={274: 6}),
    "tiff-mirrored": saved(colour, "TIFF", compression="tiff_lzw", tiffinfo={274: 5}),
    "tiff-half": saved(colour, "TIFF")[:400],
    "empty": b"",
    "one-byte": b"\xff",
    "text": b"not a picture",
}

print(f"# Made by scripts/parity/small_pictures.py with Pillow {PIL.__version__}: name, file, width, height, SHA-256")
for name, data in files.items():
    try:
        image = Image.open(io.BytesIO(data)).convert("RGB")
        row = (image.width, image.height, hashlib.sha256(image.tobytes()).hexdigest())
    except (OSError, SyntaxError, ValueError):
        row = ("refused",)
    print(name, base64.b64encode(data).decode(), *row, sep="\t")
