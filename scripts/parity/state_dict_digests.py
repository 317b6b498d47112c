"""Number of tensors, number of elements and digest of weight files, as PyTorch reads them.

    python state_dict_digests.py FILE...

The digest is the first 16 hex digits of the SHA-256 over every tensor's name (without ``module.``) and row-major
little-endian bytes, in the order of the file. WeightFileTest expects these numbers.
"""

import hashlib
import sys

import torch

for file in sys.argv[1:]:
    saved = torch.load(file, map_location="cpu", weights_only=True)
    tensors = saved.get("state_dict", saved) if isinstance(saved, dict) else {"": saved}
    digest = hashlib.sha256()
    for name, tensor in tensors.items():
        digest.update(name.removeprefix("module.").encode())
        digest.update(tensor.detach().contiguous().view(-1).view(torch.uint8).numpy().tobytes())
    print(f"{file}, {len(tensors)}, {sum(t.numel() for t in tensors.values())}, {digest.hexdigest()[:16]}")
