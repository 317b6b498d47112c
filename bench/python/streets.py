# Trains segmentation_models_pytorch's U-Net as recipes/segment-camvid.json trains ours, and prints its mean IoU:
# OMP_NUM_THREADS=1 python streets.py DIR EPOCHS SEED fp32|bf16
# pip install torch==2.10.0 torchvision==0.25.0 segmentation-models-pytorch==0.5.0
# DIR has train/ and test/, each with images/ and labels/ of 480x360; class 11 is void. The last epoch is measured, not the best by val/
import copy, glob, math, os, random, sys, time, numpy, torch, segmentation_models_pytorch as smp
from PIL import Image
from torchvision.transforms import ColorJitter, RandomResizedCrop, functional as F
folder, epochs, seed, precision = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4]
torch.manual_seed(seed); random.seed(seed)
CLASSES, VOID, BATCH = 11, 11, 8
WEIGHTS = torch.tensor([0.7, 0.65, 1.6, 0.6, 1, 0.8, 1.5, 1.2, 1, 1.7, 1.8])


def network(planes=(32, 64, 128, 256)):
    net = smp.Unet("resnet18", encoder_weights=None, classes=CLASSES, decoder_channels=(128, 64, 32, 16, 16))
    body, block = net.encoder, type(net.encoder.layer1[0])
    body.inplanes = planes[0]
    body.conv1, body.bn1 = torch.nn.Conv2d(3, planes[0], 7, 2, 3, bias=False), torch.nn.BatchNorm2d(planes[0])
    for i, p in enumerate(planes): setattr(body, f"layer{i + 1}", body._make_layer(block, p, 2, 1 if i == 0 else 2))
    for m in body.modules():
        if isinstance(m, torch.nn.Conv2d): torch.nn.init.kaiming_normal_(m.weight, mode="fan_out", nonlinearity="relu")
    channels = (3, planes[0], *planes)
    net.decoder = type(net.decoder)(encoder_channels=channels, decoder_channels=(128, 64, 32, 16, 16), n_blocks=5)
    smp.base.initialization.initialize_decoder(net.decoder)
    return net.to(memory_format=torch.channels_last)


def pictures(split):
    for file in sorted(glob.glob(f"{folder}/{split}/images/*")):
        label = f"{folder}/{split}/labels/{os.path.splitext(os.path.basename(file))[0]}.png"
        yield F.pil_to_tensor(Image.open(file).convert("RGB")), torch.from_numpy(numpy.array(Image.open(label)))[None]


def drawn(x, y):
    place = RandomResizedCrop.get_params(x, [0.15, 0.9], [3 / 4, 4 / 3])
    x = F.resized_crop(x, *place, [256, 256], F.InterpolationMode.BILINEAR, antialias=True)
    y = F.resized_crop(y, *place, [256, 256], F.InterpolationMode.NEAREST)
    if random.random() < 0.5: x, y = x.flip(2), y.flip(2)
    return jitter(x), y


def normalised(x):
    return F.normalize(x / 255, [0.485, 0.456, 0.406], [0.229, 0.224, 0.225]).contiguous(memory_format=torch.channels_last)


def dice(logits, y):
    counted = (y != VOID).float().unsqueeze(1)
    truth = (y.unsqueeze(1) == torch.arange(CLASSES).reshape(1, -1, 1, 1)).float()
    p = logits.contiguous().softmax(1) * counted
    both, size = (p * truth).sum((0, 2, 3)), truth.sum((0, 2, 3))
    each = (1 - both / ((p.sum((0, 2, 3)) + size) / 2).clamp_min(1e-7)) * (size > 0)
    return (each * WEIGHTS).sum() / WEIGHTS.sum()


jitter = ColorJitter(0.4, 0.4, 0.4, 0.05)
net, data = network(), list(pictures("train"))
mean = copy.deepcopy(net)
params = list(net.parameters())
opt = torch.optim.AdamW([{"params": [p for p in params if p.dim() > 1]}, {"params": [p for p in params if p.dim() < 2], "weight_decay": 0}],
                        1e-3, weight_decay=0.05)
half = torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16")
total, done, begun = epochs * math.ceil(len(data) / BATCH), 0, time.time()
for epoch in range(epochs):
    net.train(); random.shuffle(data); losses = 0
    for i in range(0, len(data), BATCH):
        at = done / total
        for group in opt.param_groups: group["lr"] = 1e-3 * (at / 0.03 if at < 0.03 else (1 + math.cos(math.pi * (at - 0.03) / 0.97)) / 2)
        xs, ys = zip(*(drawn(*pair) for pair in data[i:i + BATCH]))
        x, y = normalised(torch.stack(xs)), torch.cat(ys).long()
        with half: logits = net(x)
        logits = logits.float()
        loss = torch.nn.functional.cross_entropy(logits, y, WEIGHTS, ignore_index=VOID) + 0.5 * dice(logits, y)
        opt.zero_grad(); loss.backward(); opt.step(); done += 1; losses += loss.item()
        with torch.no_grad():
            for a, b in zip(mean.state_dict().values(), net.state_dict().values()):
                a.lerp_(b, 1 - min(0.998, (1 + done) / (10 + done))) if a.is_floating_point() else a.copy_(b)
    print(f"epoch {epoch + 1}: loss {losses / math.ceil(len(data) / BATCH):.4f}, {time.time() - begun:.0f} s", flush=True)
mean.eval(); table = torch.zeros(CLASSES, CLASSES, dtype=torch.int64)
with torch.inference_mode(), half:
    for x, y in pictures("test"):
        answer = mean(torch.nn.functional.pad(normalised(x[None]), (0, 0, 0, -x.shape[1] % 32)))[0, :, :x.shape[1]].argmax(0)
        counted = y[0] != VOID
        table += torch.bincount(CLASSES * y[0][counted].long() + answer[counted], minlength=CLASSES ** 2).reshape(CLASSES, CLASSES)
hit = table.diag(); iou = hit / (table.sum(0) + table.sum(1) - hit)
print(f"mean IoU {iou.nanmean():.4f}, pixel accuracy {hit.sum() / table.sum():.4f}, {[round(i, 3) for i in iou.tolist()]}")
