"""CIFAR-10 with some training labels replaced by wrong ones, drawn from a seed, for docs/inspect.md.

python flip_cifar_labels.py ARCHIVE.tar.xz FOLDER [SHARE=0.05] [SEED=0]

FOLDER becomes readable as cifar10:FOLDER; flipped.txt in it has a line for each picture whose label is wrong now:
its name as ResNet4J says it, and its true class.
"""

import pathlib
import sys
import tarfile

import numpy as np

archive, folder = sys.argv[1], pathlib.Path(sys.argv[2])
share = float(sys.argv[3]) if len(sys.argv) > 3 else 0.05
seed = int(sys.argv[4]) if len(sys.argv) > 4 else 0
with tarfile.open(archive) as tar:
    files = {pathlib.Path(m.name).name: tar.extractfile(m).read() for m in tar.getmembers() if m.isfile()}
folder.mkdir(parents=True, exist_ok=True)
names = [f"data_batch_{b}.bin" for b in range(1, 6)]
records = np.stack([np.frombuffer(files[name], np.uint8).reshape(10_000, 3073) for name in names]).copy()
labels = records[:, :, 0].reshape(-1)
random = np.random.default_rng(seed)
chosen = np.sort(random.choice(50_000, round(share * 50_000), replace=False))
true = labels[chosen].copy()
labels[chosen] = (true + random.integers(1, 10, len(chosen))) % 10
records[:, :, 0] = labels.reshape(5, 10_000)
for name, batch in zip(names, records):
    (folder / name).write_bytes(batch.tobytes())
for name in ("test_batch.bin", "batches.meta.txt"):
    (folder / name).write_bytes(files[name])
classes = files["batches.meta.txt"].decode().split()
(folder / "flipped.txt").write_text(
    "".join(f"{names[i // 10_000]}#{i % 10_000} {classes[t]}\n" for i, t in zip(chosen, true)))
