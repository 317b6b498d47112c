# How long a detector of torchvision takes for a picture (or a step of two), eager, with the weights of seed 0:
# OMP_NUM_THREADS=1 python detect.py NAME PICTURE WIDTH HEIGHT fp32|bf16 infer|train SECONDS
import resource, sys, time, statistics, numpy, torch, torchvision
from PIL import Image
name, picture, w, h, precision, mode, seconds = *sys.argv[1:3], int(sys.argv[3]), int(sys.argv[4]), *sys.argv[5:7], float(sys.argv[7])
torch.manual_seed(0)
net = getattr(torchvision.models.detection, name)(
    weights=None, weights_backbone=None, min_size=min(w, h), max_size=max(w, h)).to(memory_format=torch.channels_last)
photo = Image.open(picture).convert("RGB").resize((w, h), Image.Resampling.BILINEAR)
x = torch.from_numpy(numpy.array(photo)).permute(2, 0, 1) / 255
half = torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16")
opt = torch.optim.SGD(net.parameters(), 0.0, momentum=0.9)
boxes, masks = [], []
for i in range(4):  # a thing in each quarter, half as large
    left, top = w // 8 + i % 2 * (w // 2), h // 8 + i // 2 * (h // 2)
    boxes.append([left, top, left + w // 4, top + h // 4]); masks.append(torch.zeros(h, w, dtype=torch.uint8))
    masks[i][top:top + h // 4, left:left + w // 4] = 1
points = [[[(b[0] + b[2]) / 2, (b[1] + b[3]) / 2, 1.0]] * 17 for b in boxes]
truth = {"boxes": torch.tensor(boxes).float(), "labels": torch.ones(4, dtype=torch.int64), "masks": torch.stack(masks),
         "keypoints": torch.tensor(points)}
def infer():
    with torch.inference_mode(), half: return net([x])[0]
def train():
    opt.zero_grad()
    with half: losses = net([x, x], [truth, truth])
    sum(losses.values()).backward(); opt.step()
net.train(mode == "train"); one = infer if mode == "infer" else train
answer = one(); one(); times = []; end = time.time() + seconds
while time.time() < end or len(times) < 3:
    t = time.perf_counter(); one(); times.append(time.perf_counter() - t)
said = f", {len(answer['scores'])} things, {answer['scores'].sum():.4f}" if mode == "infer" else ""
print(f"{name} {w}x{h} {precision} {mode} torch {torch.__version__}: median {1000 * statistics.median(times):.1f} ms of"
      f" {len(times)}, peak {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10} MiB{said}")
