"""Small weight files, one a line: name, file in base64, and the tensors that PyTorch sees in it.

    python small_weight_files.py > library/src/test/resources/resnet4j/weights/small-files.tsv

Columns, by tabs: case, base64 of the file, then ``name dtype shape bytes`` of every tensor (bytes in hexadecimal,
row-major, little-endian). The files are deflated before base64, to keep them short (zip archives pad their records).
"""

import argparse
import base64
import collections
import datetime
import decimal
import functools
import io
import os
import pathlib
import sys
import tempfile
import types
import zipfile
import zlib

import numpy
import safetensors.torch
import torch

NAMES = {
    torch.float64: "F64", torch.float32: "F32", torch.float16: "F16", torch.bfloat16: "BF16", torch.int64: "I64",
    torch.int32: "I32", torch.int16: "I16", torch.int8: "I8", torch.uint8: "U8", torch.bool: "BOOL",
}  # fmt: skip


def emit(case, file, tensors):
    columns = [case, base64.b64encode(zlib.compress(file, 9)).decode()]
    for name, t in tensors.items():
        t = t.detach()
        raw = t.contiguous().reshape(-1).view(torch.uint8).numpy().tobytes().hex()
        columns.append(f"{name} {NAMES[t.dtype]} {list(t.shape)} {raw}".replace(", ", ","))
    print("\t".join(columns))


def save(case, saved, tensors=None, legacy=True, **options):
    if tensors is None:
        tensors = saved if isinstance(saved, dict) else {"": saved}
    for zipped in (True, False) if legacy else (True,):
        out = io.BytesIO()
        torch.save(saved, out, _use_new_zipfile_serialization=zipped, **options)
        emit(f"{case}, {'zip' if zipped else 'legacy'}", out.getvalue(), tensors)


def of_module(module, name, base=object):
    """A class as if it came from a package that nobody needs to have installed to read the file."""
    for i, part in enumerate(parts := module.split(".")):
        path = ".".join(parts[: i + 1])
        if path not in sys.modules:
            sys.modules[path] = types.ModuleType(path)
    made = type(name, (base,), {"__module__": module})
    setattr(sys.modules[module], name, made)
    return made


def training_scripts():
    """Weights as training scripts keep them: inside something, beside something, under names with a prefix."""
    torch.manual_seed(1)
    net = torch.nn.Sequential(collections.OrderedDict(conv=torch.nn.Conv2d(1, 2, 1), bn=torch.nn.BatchNorm2d(2)))
    sd = net.state_dict()
    other = {k: v + 1 for k, v in sd.items()}

    def under(prefix, tensors=sd):
        return {prefix + k: v for k, v in tensors.items()}

    attributes = of_module("lightning.fabric.utilities.data", "AttributeDict", dict)
    enum_like = of_module("mypackage.config", "Settings")
    settings = enum_like()
    settings.path, settings.sizes = pathlib.PurePosixPath("/data"), [torch.Size([3, 4])]
    lightning = {
        "epoch": 1, "pytorch-lightning_version": "2.1.0", "state_dict": under("model."),
        "callbacks": {"ModelCheckpoint{'monitor': None}": {"best_model_score": torch.tensor(0.5), "dirpath": "runs"}},
        "optimizer_states": [torch.optim.Adam(net.parameters()).state_dict()], "lr_schedulers": [{"last_epoch": 3}],
        "hparams_name": "kwargs", "hyper_parameters": attributes(lr=0.1, loss=torch.nn.CrossEntropyLoss, settings=settings),
        "loops": {"fit_loop": {"state_dict": {}, "when": datetime.date(2024, 1, 1)}}, ("a", "b"): 1,
    }  # fmt: skip
    save("Lightning's", lightning, sd)
    save("Lightning's, with a loss of its own", {"state_dict": under("model.") | {"criterion.weight": torch.ones(3)}}, sd)
    for prefix in "net. backbone. encoder. student. network.body.trunk. model.module.".split():
        save("prefix " + prefix, under(prefix), sd, legacy=False)
    save("data parallel inside", {"features." + "module." + k: v for k, v in sd.items()}, under("features."))
    for wrapper in "net ema model_ema weights student teacher model_state_dict params".split():
        save("wrapper " + wrapper, {wrapper: sd, "step": 7}, sd, legacy=False)
    save("teacher and student", {"student": under("backbone.", other), "teacher": under("backbone."), "epoch": 3}, sd)
    save("queries and keys", {"state_dict": under("module.encoder_k.", other) | under("module.encoder_q.")
         | {"module.queue": torch.zeros(2, 5)}}, sd)  # fmt: skip
    smaller = {"conv.weight": torch.zeros(1, 1, 1, 1)}
    save("another network beside it", {"teacher": smaller, "net": sd}, sd)
    swa = torch.optim.swa_utils.AveragedModel(net)
    save("averaged, by itself", swa.state_dict(), sd)
    d = collections.defaultdict
    for factory in (int, float, list, dict):
        save(f"defaultdict of {factory.__name__}", {"state_dict": sd, "seen": d(factory, {"a": factory(), "b": factory()})}, sd, legacy=False)
    beside = {
        "complex": 3 + 4j, "bytearray": bytearray(b"xyz"), "slice": slice(1, 2), "range": range(3), "set": {1, 2},
        "frozenset": frozenset({1}), "float32": numpy.float32(0.5), "int64": numpy.int64(3), "array": numpy.arange(3),
        "bool": numpy.bool_(True), "size": torch.Size([1, 2]), "dtype": torch.float16, "device": torch.device("cpu"),
        "complex64": torch.complex64, "partial": functools.partial(int, base=2), "namespace": types.SimpleNamespace(lr=0.1),
        "args": argparse.Namespace(lr=0.1, layers=[3, 4]), "path": pathlib.PurePosixPath("a/b"), "decimal": decimal.Decimal(1),
        "ordered": collections.OrderedDict(a=1), "sparse": torch.eye(2).to_sparse(), "version": torch.__version__,
        "deque": collections.deque([1, 2]), "counter": collections.Counter("aab"),
        "class": torch.nn.ReLU, "date": datetime.datetime(2024, 1, 1, 12), "type": int,
    }  # fmt: skip
    for name, value in beside.items():
        save(f"beside the weights: {name}", {name: value, "state_dict": sd}, sd, legacy=False)
    save("complex numbers beside", {"state_dict": sd, "c": torch.ones(2, dtype=torch.complex64)}, sd, legacy=False)


def main():
    torch.manual_seed(0)
    for dtype in NAMES:
        t = torch.tensor([[0, 1, 2], [3, 4, 5]]).to(dtype)
        save(NAMES[dtype], {"t": t})
        emit(f"{NAMES[dtype]}, safetensors", safetensors.torch.save({"t": t}), {"t": t})
    x = torch.arange(24, dtype=torch.float32).reshape(2, 3, 4)
    save("bare tensor", x[0, 0])
    save("scalar", torch.tensor(2.5))
    save("empty tensors", {"none": torch.zeros(0), "rows": torch.zeros(3, 0, 2)})
    save("empty state dict", collections.OrderedDict())
    save("transposed", {"t": x.transpose(0, 2)})
    save("channels last", {"t": x.reshape(1, 4, 3, 2).contiguous(memory_format=torch.channels_last)})
    save("every second, from the second", {"t": x.flatten()[1::2]})
    save("expanded", {"t": torch.tensor([[7.0], [8.0]]).expand(2, 3)})
    save("views that share storage", {"all": x, "row": x[1, 2], "column": x[:, :, 1], "same": x})
    save("half, transposed", {"t": x.half()[0].T})
    save("bytes, transposed", {"t": x.to(torch.uint8)[0].T})
    save("int64, every third", {"t": x.long().flatten()[::3]})
    a, b = x[0, 0], x[1, 1].clone()
    save("list", [a, b], {"0": a, "1": b})
    save("tuple", (a, b), {"0": a, "1": b})
    save("nested", {"out": a, "aux": {"first": b, "more": [a, (b,)]}},
         {"out": a, "aux.first": b, "aux.more.0": a, "aux.more.1.0": b})  # fmt: skip
    p = torch.nn.Parameter(a.clone())
    save("parameter", {"p": p})
    p = torch.nn.Parameter(a.clone())
    p.tag = "x"
    save("parameter with attributes", {"p": p})
    net = torch.nn.Sequential(torch.nn.Linear(2, 1), torch.nn.BatchNorm1d(1))
    sd = net.state_dict()
    save("state dict of a module", sd)
    save("state_dict", {"epoch": 3, "state_dict": sd}, sd)
    save("model beside an optimizer", {"model": sd, "optimizer": torch.optim.SGD(net.parameters(), 0.1).state_dict()}, sd)
    save("data parallel", torch.nn.DataParallel(net).state_dict(), sd)
    save("compiled", torch.compile(net).state_dict(), sd)
    save("compiled, data parallel, wrapped", {"state_dict": {"module._orig_mod." + k: v for k, v in sd.items()}}, sd)
    averaged = torch.optim.swa_utils.AveragedModel(net)
    save("averaged beside the model", {"model": {k: v + 1 for k, v in sd.items()}, "model_ema": averaged.state_dict()}, sd)
    save("numbers and strings", {"t": a, "big": 2**40, "huge": 2**80, "no": None, "f": 0.1, "s": "é", "b": b"\1\2"}, {"t": a})
    args = argparse.Namespace(lr=0.1, arch="resnet18")
    scripts = {"model": {"t": a}, "args": args, "best": numpy.float64(0.5), "milestones": collections.Counter([3, 6])}
    save("objects that scripts save", scripts, {"t": a})
    save("protocol 4", {"t": a, "set": {1}, "s": "x" * 300}, {"t": a}, pickle_protocol=4)
    save("protocol 5", {"t": a, "bytes": b"x"}, {"t": a}, pickle_protocol=5)
    save("unsigned bytes", {"t": torch.zeros(4, dtype=torch.uint8)})

    with tempfile.TemporaryDirectory() as folder:  # big-endian: as such a machine would write it
        file = os.path.join(folder, "big.pt")
        big = {"f": a, "d": x[0].double(), "h": x.half()[0].T, "b": a.to(torch.uint8), "l": x.long().flatten()[::5]}
        swapped = {k: torch.from_numpy(numpy.ascontiguousarray(v.numpy()).byteswap()) for k, v in big.items()}
        torch.save(swapped, file)
        archive = io.BytesIO()
        with zipfile.ZipFile(file) as old, zipfile.ZipFile(archive, "w") as new:
            for info in old.infolist():
                new.writestr(info.filename, b"big" if info.filename.endswith("byteorder") else old.read(info))
        loaded = torch.load(io.BytesIO(archive.getvalue()), weights_only=True)
        for k in big:
            assert torch.equal(loaded[k], big[k]), k
        emit("big-endian", archive.getvalue(), big)
        archive = io.BytesIO()
        torch.save({"t": x}, file)
        with zipfile.ZipFile(file) as old, zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as new:
            for info in old.infolist():
                new.writestr(info.filename, old.read(info))
        assert torch.equal(torch.load(io.BytesIO(archive.getvalue()))["t"], x)
        emit("deflated", archive.getvalue(), {"t": x})
    training_scripts()


main()
