"""PyTorch (eager, compiled) and OpenVINO on the weights that ResNet4J makes of seed 0, measured as ./resnet4j bench does.

Prints one line of JSON with the same keys. Needs torch 2.10, torchvision 0.25; OpenVINO for its own engine.
"""

import argparse
import json
import math
import time

import numpy as np

parser = argparse.ArgumentParser()
parser.add_argument("--engine", choices=["pytorch", "pytorch-compiled", "openvino"], required=True)
parser.add_argument("--model", required=True)
parser.add_argument("--mode", choices=["infer", "train"], default="infer")
parser.add_argument("--precision", choices=["fp32", "bf16"], default="fp32")
parser.add_argument("--batch", type=int, default=1)
parser.add_argument("--size", type=int, default=224)
parser.add_argument("--threads", type=int, default=1)
parser.add_argument("--seconds", type=float, default=10)
parser.add_argument("--file", help="the exported network, for OpenVINO")
task = parser.parse_args()


def images():
    """resnet4j.bench.Task.images"""
    n = task.batch * 3 * task.size * task.size
    values = np.arange(n, dtype=np.int64) * 7919 % 1000 / 500 - 1
    return values.astype(np.float32).reshape(task.batch, 3, task.size, task.size)


def repeat(seconds, least, work):
    """resnet4j.cli.Timing.repeat"""
    times, start = [], time.perf_counter()
    while len(times) < least or time.perf_counter() - start < seconds:
        before = time.perf_counter()
        work()
        times.append(time.perf_counter() - before)
    return times


def openvino():
    import openvino as ov

    network = ov.Core().compile_model(
        task.file,
        "CPU",
        {
            "INFERENCE_NUM_THREADS": task.threads,
            "INFERENCE_PRECISION_HINT": {"fp32": "f32", "bf16": "bf16"}[task.precision],
            "PERFORMANCE_HINT": "LATENCY",
        },
    )
    x = images()
    return lambda: network(x)[0]


def pytorch():
    import torch
    import torchvision

    torch.set_num_threads(task.threads)
    torch.manual_seed(0)
    net = getattr(torchvision.models, task.model)(weights=None).to(memory_format=torch.channels_last)
    half = task.precision == "bf16"
    if task.mode == "train":
        return training(torch, net, half)
    net.eval()
    x = torch.from_numpy(images()).to(memory_format=torch.channels_last)
    if half:
        net, x = net.to(torch.bfloat16), x.to(torch.bfloat16)
    if task.engine == "pytorch-compiled":
        torch._inductor.config.freezing = True  # folds norms and reorders weights
        net = torch.compile(net)

    def work():
        with torch.no_grad():
            return net(x).float().numpy()

    return work


def training(torch, net, half):
    net.train()
    if task.engine == "pytorch-compiled":
        net = torch.compile(net)
    sgd = torch.optim.SGD(net.parameters(), lr=0.1, momentum=0.9, weight_decay=1e-4, fused=True)
    pixels = torch.randint(0, 256, (task.batch, task.size, task.size, 3), dtype=torch.uint8)
    labels = torch.arange(task.batch) * 7919 % 1000
    mean = torch.tensor([0.485, 0.456, 0.406]).reshape(1, 3, 1, 1)
    std = torch.tensor([0.229, 0.224, 0.225]).reshape(1, 3, 1, 1)

    def work():
        x = pixels.permute(0, 3, 1, 2).float().div_(255).sub_(mean).div_(std)
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=half):
            logits = net(x)
        loss = torch.nn.functional.cross_entropy(logits.float(), labels)
        loss.item()
        loss.backward()
        sgd.step()
        sgd.zero_grad()

    return work


work = openvino() if task.engine == "openvino" else pytorch()
logits = work()
repeat(task.seconds / 3, 3, work)
times = sorted(repeat(task.seconds, 5, work))
median = (times[(len(times) - 1) // 2] + times[len(times) // 2]) / 2
with open("/proc/self/status") as status:
    peak = next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmHWM:"))
result = {
    **{key: getattr(task, key) for key in ("model", "engine", "mode", "precision", "batch", "size", "threads")},
    "runs": len(times),
    "imagesPerSecond": task.batch / median,
    "medianMillis": median * 1000,
    "p99Millis": times[math.ceil(len(times) * 0.99) - 1] * 1000,
    "peakRssBytes": peak,
}
if task.mode == "infer":
    result["logits"] = [float(v) for v in logits[0][:10]]
print(json.dumps(result))
