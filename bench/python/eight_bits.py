"""Ours in eight bits beside OpenVINO (quantised by NNCF) and ONNX Runtime (by its own static quantiser), in turns.

    ./resnet4j export resnet50 --random --seed 0 --out resnet50.onnx
    ./resnet4j quantize resnet50 --random --seed 0 --calibrate shapes:300 --max-drop 1 --out resnet50-int8.safetensors
    python bench/python/eight_bits.py resnet50.onnx resnet50-int8.safetensors --command ./resnet4j

Both peers quantise the same ONNX file, calibrated on the same 32 random inputs: per channel and symmetric weights, one
range for a layer's values. pip install onnx onnxruntime openvino nncf
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import numpy as np

parser = argparse.ArgumentParser()
parser.add_argument("onnx", type=Path, help="the network in floats")
parser.add_argument("ours", help="a model that quantize wrote")
parser.add_argument("--files", type=Path, default=Path("bench/target"), help="where the peers' networks are, or will be")
parser.add_argument("--command", default="./resnet4j")
parser.add_argument("--batch", type=int, nargs="+", default=[1, 16])
parser.add_argument("--threads", type=int, default=2)
parser.add_argument("--seconds", type=float, default=3)
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--floats", action="store_true", help="ours in fp32 and bf16 beside them")
parser.add_argument("--peer", help=argparse.SUPPRESS)  # a fresh process calls itself: ENGINE BATCH FILE
task = parser.parse_args()


def inputs(batch, seed):
    return np.random.default_rng(seed).standard_normal((batch, 3, 224, 224), dtype=np.float32)


def quantise(openvino, onnxruntime):
    import nncf
    import onnx
    import openvino as ov
    from onnxruntime.quantization import CalibrationDataReader, QuantFormat, QuantType, quantize_static
    from onnxruntime.quantization.shape_inference import quant_pre_process

    name = onnx.load(task.onnx).graph.input[0].name
    data = nncf.Dataset([inputs(1, seed) for seed in range(32)], lambda x: {name: x})
    ov.save_model(nncf.quantize(ov.Core().read_model(task.onnx), data, subset_size=32), openvino)

    class Reader(CalibrationDataReader):
        left = iter(range(32))

        def get_next(self):
            seed = next(self.left, None)
            return None if seed is None else {name: inputs(1, seed)}

    ready = onnxruntime.with_suffix(".ready.onnx")
    quant_pre_process(task.onnx, ready)
    quantize_static(ready, onnxruntime, Reader(), quant_format=QuantFormat.QDQ,
                    per_channel=True, activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8)


def peer(engine, batch, file):
    x = inputs(batch, 0)
    if engine == "openvino":
        import openvino as ov

        network = ov.Core().compile_model(
            file, "CPU", {"INFERENCE_NUM_THREADS": task.threads, "PERFORMANCE_HINT": "LATENCY"})
        return lambda: network(x)[0]
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.intra_op_num_threads = task.threads
    session = ort.InferenceSession(file, options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return lambda: session.run(None, {name: x})[0]


def timed(work):
    for seconds, least in ((task.seconds / 3, 3), (task.seconds, 5)):  # first to warm up
        times, start = [], time.perf_counter()
        while len(times) < least or time.perf_counter() - start < seconds:
            before = time.perf_counter()
            work()
            times.append(time.perf_counter() - before)
    return statistics.median(times)


def fresh(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, check=True, text=True)
    return json.loads(done.stdout)["imagesPerSecond"]


if task.peer:
    engine, batch, file = task.peer.split(" ", 2)
    print(json.dumps({"imagesPerSecond": int(batch) / timed(peer(engine, int(batch), file))}))
    sys.exit()

files = [task.files / f"{task.onnx.stem}-{name}" for name in ("openvino.xml", "onnxruntime.onnx")]
made = task.onnx.stat().st_mtime
if not all(file.exists() and file.stat().st_mtime > made for file in files):
    task.files.mkdir(parents=True, exist_ok=True)
    quantise(*files)
who = {"ours": None, "openvino": files[0], "onnxruntime": files[1]}
if task.floats:
    who.update({"ours fp32": None, "ours bf16": None})
for batch in task.batch:
    rounds = {engine: [] for engine in who}
    for _ in range(task.rounds):
        for engine, file in who.items():
            common = ["--threads", str(task.threads), "--seconds", str(task.seconds)]
            if engine == "ours":
                command = [task.command, "bench", task.ours, "--batch", str(batch), *common, "--json"]
            elif engine.startswith("ours"):
                command = [task.command, "bench", task.onnx.stem, "--random", "--precision", engine[5:],
                           "--batch", str(batch), *common, "--json"]
            else:
                command = [sys.executable, __file__, str(task.onnx), task.ours, *common,
                           "--peer", f"{engine} {batch} {file}"]
            rounds[engine].append(fresh(*command))
    load = os.getloadavg()[0]
    for engine, speeds in rounds.items():
        ratios = [a / b for a, b in zip(rounds["ours"], speeds)]
        print(f"batch {batch:2} {engine:12} {statistics.median(speeds):7.1f} images/s of "
              f"{' '.join(f'{s:.1f}' for s in speeds)}; ours / it {statistics.median(ratios):.2f} (load {load:.1f})")
