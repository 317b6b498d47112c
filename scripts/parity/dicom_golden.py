"""DICOM files of a few pixels that pydicom wrote, and what pydicom makes of their values (modality, then VOI).

pydicom 3.0, numpy. Prints the golden of DicomTest: python scripts/parity/dicom_golden.py >
library/src/test/resources/resnet4j/image/dicom.json
"""

import base64
import io
import json

import numpy as np
from pydicom import dcmwrite
from pydicom.dataset import Dataset, FileDataset, FileMetaDataset
from pydicom.pixels import apply_modality_lut, apply_voi_lut
from pydicom.sequence import Sequence
from pydicom.uid import ExplicitVRBigEndian, ExplicitVRLittleEndian, ImplicitVRLittleEndian, SecondaryCaptureImageStorage


def written(values, syntax, photometric="MONOCHROME2", stored=None, planar=0, frames=1, **more):
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = syntax
    meta.MediaStorageSOPClassUID = SecondaryCaptureImageStorage
    meta.MediaStorageSOPInstanceUID = "1.2.3"
    ds = FileDataset("", {}, file_meta=meta, preamble=b"\0" * 128)
    ds.PatientName = "Nobody"
    inner = Dataset()
    inner.Rows = 99  # of an icon, which must not be taken for the picture's
    inner.CodeValue = "x"
    ds.ReferencedImageSequence = Sequence([inner])
    ds["ReferencedImageSequence"].is_undefined_length = True
    ds.Rows, ds.Columns = values.shape[:2]
    ds.SamplesPerPixel = 3 if values.ndim == 3 else 1
    ds.PhotometricInterpretation = photometric
    if values.ndim == 3:
        ds.PlanarConfiguration = planar
    bits = values.dtype.itemsize * 8
    ds.BitsAllocated, ds.BitsStored = bits, stored or bits
    ds.HighBit = ds.BitsStored - 1
    ds.PixelRepresentation = int(values.dtype.kind == "i")
    for name, value in more.items():
        setattr(ds, name, value)
    big = syntax == ExplicitVRBigEndian
    raw = values.transpose(2, 0, 1) if planar else values
    data = raw.astype(raw.dtype.newbyteorder(">" if big else "<")).tobytes() * frames
    if frames > 1:
        ds.NumberOfFrames = frames
    ds.add_new("PixelData", "OB" if bits == 8 else "OW", data + b"\0" * (len(data) % 2))
    out = io.BytesIO()
    dcmwrite(out, ds, implicit_vr=syntax == ImplicitVRLittleEndian, little_endian=not big, enforce_file_format=True)
    return ds, out.getvalue()


def case(values, syntax, **more):
    ds, data = written(values, syntax, **more)
    if values.ndim == 3:
        shades = values.astype(float)
    else:
        meant = apply_modality_lut(values, ds)
        if "WindowWidth" in ds:
            shown = apply_voi_lut(meant, ds).astype(float)
            # pydicom's range is that of the stored bits after the rescale; brought to 0..255
            slope, intercept = float(getattr(ds, "RescaleSlope", 1)), float(getattr(ds, "RescaleIntercept", 0))
            if ds.PixelRepresentation == 0:
                low, high = 0, 2**ds.BitsStored - 1
            else:
                low, high = -(2 ** (ds.BitsStored - 1)), 2 ** (ds.BitsStored - 1) - 1
            if "RescaleSlope" in ds:
                low, high = low * slope + intercept, high * slope + intercept
            shades = (shown - low) / (high - low) * 255
        else:
            shades = (meant - meant.min()) / (meant.max() - meant.min()) * 255.0
        if ds.PhotometricInterpretation == "MONOCHROME1":
            shades = 255 - shades
    return {
        "file": base64.b64encode(data).decode(),
        "width": values.shape[1],
        "height": values.shape[0],
        "shades": [round(float(v), 4) for v in shades.flatten()],
    }


k = np.arange(35).reshape(5, 7)
ct = ((k * 97 + 13) % 3000 - 1000).astype(np.int16)
grey = ((k * 37 + 5) % 256).astype(np.uint8)
deep = ((k * 1789 + 100) % 4096).astype(np.uint16)
rgb = ((np.arange(105) * 29 + 3) % 256).astype(np.uint8).reshape(5, 7, 3)
hounsfield = dict(RescaleSlope="2", RescaleIntercept="-24", RescaleType="HU")

golden = {
    "ct": case(ct, ExplicitVRLittleEndian, WindowCenter=["40", "300"], WindowWidth=["400", "1500"], **hounsfield),
    "ctImplicit": case(ct, ImplicitVRLittleEndian, WindowCenter="40", WindowWidth="400", **hounsfield),
    "twelveBits": case(deep, ExplicitVRLittleEndian, stored=12, WindowCenter="2000", WindowWidth="1800"),
    "exact": case(
        deep, ExplicitVRLittleEndian, stored=12, WindowCenter="2000", WindowWidth="1800", VOILUTFunction="LINEAR_EXACT"
    ),
    "sigmoid": case(
        deep, ExplicitVRLittleEndian, stored=12, WindowCenter="2000", WindowWidth="1800", VOILUTFunction="SIGMOID"
    ),
    "noWindow": case(ct, ExplicitVRLittleEndian),
    "inverted": case(grey, ExplicitVRLittleEndian, photometric="MONOCHROME1"),
    "bigEndian": case(deep, ExplicitVRBigEndian, stored=12, WindowCenter="2000", WindowWidth="1800"),
    "rgb": case(rgb, ExplicitVRLittleEndian, photometric="RGB"),
    "planes": case(rgb, ImplicitVRLittleEndian, photometric="RGB", planar=1),
    "frames": case(grey, ExplicitVRLittleEndian, frames=2),
}
print("{\n" + ",\n".join(f' "{key}": {json.dumps(value)}' for key, value in golden.items()) + "\n}")
