# How long torchvision and segmentation_models_pytorch take for a picture (or a step of four), eager, one thread:
# OMP_NUM_THREADS=1 python segment.py NAME SIZE fp32|bf16 infer|train SECONDS
# pip install torch==2.10.0 torchvision==0.25.0 segmentation-models-pytorch==0.5.0
import sys, time, statistics, torch, torchvision, segmentation_models_pytorch as smp
name, size, precision, mode, seconds = sys.argv[1], int(sys.argv[2]), sys.argv[3], sys.argv[4], float(sys.argv[5])
torch.manual_seed(0)
classes = 21 if name != "unet_resnet18" else 2
net = smp.Unet("resnet18", encoder_weights=None, classes=2) if name == "unet_resnet18" else \
    getattr(torchvision.models.segmentation, name)(weights=None, weights_backbone=None, num_classes=21, aux_loss=True)
net = net.to(memory_format=torch.channels_last)
batch = 1 if mode == "infer" else 4
x = torch.randn(batch, 3, size, size).to(memory_format=torch.channels_last)
y = torch.randint(0, classes, (batch, size, size))
half = torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16")
ce, opt = torch.nn.functional.cross_entropy, torch.optim.SGD(net.parameters(), 0.01, momentum=0.9)
def infer():
    with torch.inference_mode(), half: net(x)
def train():
    opt.zero_grad()
    with half: out = net(x)
    loss = ce(out.float(), y) if torch.is_tensor(out) else ce(out["out"].float(), y) + 0.5 * ce(out["aux"].float(), y)
    loss.backward(); opt.step()
net.train(mode == "train"); one = infer if mode == "infer" else train
one(); one(); times = []; end = time.time() + seconds
while time.time() < end or len(times) < 3:
    t = time.perf_counter(); one(); times.append(time.perf_counter() - t)
print(f"{name} {size} {precision} {mode} torch {torch.__version__}: {batch / statistics.median(times):.2f} images/s, median {1000 * statistics.median(times):.1f} ms of {len(times)}")
