# What lightly learns from CIFAR-10 without labels, beside `pretrain recipes/pretrain-cifar10-short.json`: the same backbone
# and projector in PyTorch, lightly's loss and views, the recipe's optimiser, schedule and batches. Its encoder is written
# as a model of this project's, so that one `probe` measures both:
#
#   OMP_NUM_THREADS=1 python simclr.py CIFAR_DIR LIKE.safetensors OUT.safetensors EPOCHS [SEED] [STEPS]
#
# LIKE is a model of that recipe's: its fixed first layer, whitened by the first pictures, and what a model file says of
# itself are taken over, and no weight that is learned. STEPS ends earlier, to try.
import copy, json, math, struct, sys, time
import numpy as np, torch
from lightly.loss import NTXentLoss
from lightly.models.modules import SimCLRProjectionHead
from lightly.transforms import SimCLRTransform
from PIL import Image
from torch import nn
from torch.nn import functional as F

MEAN, STD = [0.4914, 0.4822, 0.4465], [0.2470, 0.2435, 0.2616]
BATCH, RATE, DECAY, WARM = 128, 0.0015, 0.01, 0.1


class Shift(nn.BatchNorm2d):  # its scale stays 1
    def __init__(self, channels):
        super().__init__(channels, eps=1e-12, momentum=0.2)
        self.weight.requires_grad_(False)


class Stage(nn.Module):
    def __init__(self, i, o):
        super().__init__()
        self.conv1, self.norm1 = nn.Conv2d(i, o, 3, padding=1, bias=False), Shift(o)
        self.conv2, self.norm2 = nn.Conv2d(o, o, 3, padding=1, bias=False), Shift(o)
        for conv in (self.conv1, self.conv2):  # the first filters pass a channel on, the others begin as PyTorch's
            nn.init.dirac_(conv.weight[:conv.in_channels].data)

    def forward(self, x):
        x = F.gelu(self.norm1(F.max_pool2d(self.conv1(x), 2)))
        return F.gelu(self.norm2(self.conv2(x)) + x)


class Encoder(nn.Module):
    def __init__(self, widths):
        super().__init__()
        self.whiten = nn.Conv2d(3, 24, 2, bias=False).requires_grad_(False)
        self.layers = nn.Sequential(*[Stage(i, o) for i, o in zip([24, *widths], widths)])
        self.head = nn.Linear(widths[-1], 10, bias=False).requires_grad_(False)
        nn.init.zeros_(self.head.weight)

    def forward(self, x):
        return self.layers(F.gelu(self.whiten(x))).amax((2, 3)) / 9


class Views(torch.utils.data.Dataset):
    def __init__(self, pixels):
        self.pixels = pixels
        self.change = SimCLRTransform(input_size=24, cj_strength=0.5, min_scale=0.2, random_gray_scale=0.2, gaussian_blur=0,
                                      normalize={"mean": MEAN, "std": STD})

    def __len__(self):
        return len(self.pixels)

    def __getitem__(self, i):
        return tuple(self.change(Image.fromarray(self.pixels[i])))


def read(path):
    with open(path, "rb") as f:
        head = json.loads(f.read(struct.unpack("<Q", f.read(8))[0]))
        return head, f.read()


def write(path, like, net):
    head, bytes_ = copy.deepcopy(like[0]), bytearray(like[1])
    head["__metadata__"].update(provenance=json.dumps({"from": "lightly, bench/python/simclr.py"}), metrics="{}")
    for name, t in net.state_dict().items():
        begin, end = head[name]["data_offsets"]
        bytes_[begin:end] = t.contiguous().numpy().tobytes()
    text = json.dumps(head).encode()
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text + bytes_)


def main(folder, like, out, epochs, seed=0, steps=0):
    torch.manual_seed(seed)
    like = read(like)
    widths = json.loads(like[0]["__metadata__"]["architecture"])["widths"]
    net = Encoder(widths).to(memory_format=torch.channels_last)
    begin, end = like[0]["whiten.weight"]["data_offsets"]
    net.whiten.weight.data.copy_(torch.frombuffer(bytearray(like[1][begin:end]), dtype=torch.float32).reshape(24, 3, 2, 2))
    # Linear, norm, ReLU, Linear; the last of a bias, as the project's (lightly's own head ends with a norm)
    projector = SimCLRProjectionHead(widths[-1], 512, 128, num_layers=2, batch_norm=True)
    projector.layers = nn.Sequential(*projector.layers[:3], nn.Linear(512, 128))

    rows = np.concatenate([np.fromfile(f"{folder}/data_batch_{k}.bin", np.uint8).reshape(-1, 3073) for k in range(1, 6)])
    pixels = rows[:, 1:].reshape(-1, 3, 32, 32).transpose(0, 2, 3, 1)
    pixels = np.ascontiguousarray(pixels[np.random.RandomState(seed).permutation(len(pixels))[:49000]])
    loader = torch.utils.data.DataLoader(Views(pixels), BATCH, shuffle=True, drop_last=True)

    trained = [(n, p) for m in (net, projector) for n, p in m.named_parameters() if p.requires_grad]
    groups = [{"params": [p for _, p in trained if p.dim() > 1], "weight_decay": DECAY},
              {"params": [p for _, p in trained if p.dim() == 1], "weight_decay": 0}]
    optimizer, all_ = torch.optim.AdamW(groups, RATE), epochs * len(loader)

    def share(step):
        p = step / all_
        return p / WARM if p < WARM else (1 + math.cos(math.pi * (p - WARM) / (1 - WARM))) / 2

    rates = torch.optim.lr_scheduler.LambdaLR(optimizer, share)
    loss_of, done, begun = NTXentLoss(temperature=0.2), 0, time.time()
    for epoch in range(epochs):
        total = 0
        for a, b in loader:
            with torch.autocast("cpu", torch.bfloat16):
                z = [projector(net(x.contiguous(memory_format=torch.channels_last))) for x in (a, b)]
            loss = loss_of(z[0].float(), z[1].float())
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            rates.step()
            total, done = total + loss.item(), done + 1
            if done == steps:
                break
            if done % 100 == 0:
                print(f"step {done}/{all_}, loss {loss.item():.4f}, {done * BATCH / (time.time() - begun):.0f} pictures/s", flush=True)
        write(out, like, net.eval())
        net.train()
        print(f"epoch {epoch + 1}, loss {total / min(len(loader), done):.4f}, {time.time() - begun:.0f} s", flush=True)
        if done == steps:
            break


main(*sys.argv[1:4], *map(int, sys.argv[4:]))
