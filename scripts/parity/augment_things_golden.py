"""What torchvision 0.25's detection transforms draw from a list of numbers, for AugmentThingsTest."""
import torch
from torchvision.transforms import v2
from torchvision import tv_tensors

state = 0
def u():
    global state
    state = (state * 1103515245 + 12345) % 2**31
    return state / 2**31
def rand(*n, **k):
    n = n[0] if n else 1
    return torch.tensor([u() for _ in range(n)], dtype=torch.float64) if isinstance(n, int) else torch.tensor(u())
torch.rand = rand
torch.randint = lambda low, high, size: torch.tensor([int(u() * high)])
torch.randperm = lambda n: torch.tensor([0, 1, 2])
boxes = tv_tensors.BoundingBoxes([[10, 20, 60, 70], [100, 30, 180, 110], [150, 120, 170, 150]], format="XYXY", canvas_size=(160, 200), dtype=torch.float64)
image = tv_tensors.Image(torch.zeros(3, 160, 200, dtype=torch.uint8))
for seed in range(12):
    state = seed
    got = v2.RandomIoUCrop().make_params([image, boxes])
    print("crop", seed, *(got[k] for k in ("left", "top", "width", "height")), *map(int, got["is_within_crop_area"])) if got else print("crop", seed)
class Jitter(v2.RandomPhotometricDistort):
    pass
from torchvision.transforms.v2 import _color
_color.ColorJitter._generate_value = staticmethod(lambda a, b: a + (b - a) * u())
for seed in range(6):
    state = seed
    got = v2.RandomPhotometricDistort().make_params([image])
    none = lambda key, n: f"{n if got[key] is None else got[key]:.9f}"
    print("distort", seed, none("brightness_factor", 1), none("contrast_factor", 1), none("saturation_factor", 1), none("hue_factor", 0), int(got["contrast_before"]), int(got["channel_permutation"] is not None))
for seed in range(4):
    state = seed
    print("jitter", seed, *reversed(v2.ScaleJitter((128, 128), (0.1, 2.0)).make_params([image])["size"]))
