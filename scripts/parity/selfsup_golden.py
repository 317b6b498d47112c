"""The losses, slopes and updates of selfsup: python selfsup_golden.py > ../../library/src/test/resources/resnet4j/selfsup/golden.json"""
import json
import warnings

import torch
from lightly.loss import BarlowTwinsLoss, DINOLoss, NegativeCosineSimilarity, NTXentLoss, VICRegLoss
from lightly.models.utils import update_momentum
from lightly.utils.lars import LARS

warnings.filterwarnings("ignore")


def numbers(*shape, seed=0):
    """What the test makes too, exactly."""
    n = torch.Size(shape).numel()
    k = torch.arange(n, dtype=torch.int64) + 1000 * seed
    return ((k * k * 31 + k * 7) % 97).float().reshape(shape) / 64 - 0.75


def slopes(loss, *inputs):
    loss.backward()
    return {"loss": loss.item(), "slopes": [t.grad.flatten().tolist() for t in inputs]}


def pair():
    return [numbers(6, 4, seed=s).requires_grad_() for s in (1, 2)]


golden = {}
a, b = pair()
golden["simClr"] = slopes(NTXentLoss(temperature=0.5)(a, b), a, b)
a, b = pair()
golden["barlowTwins"] = slopes(BarlowTwinsLoss(lambda_param=0.005)(a, b), a, b)
a, b = pair()
golden["vicReg"] = slopes(VICRegLoss()(a, b), a, b)
a, b = pair()  # predictions; the other branch gives targets without a gradient
c, d = numbers(6, 4, seed=3), numbers(6, 4, seed=4)
near = NegativeCosineSimilarity()
golden["simSiam"] = slopes(0.5 * (near(a, d) + near(b, c)), a, b)
golden["byol"] = golden["simSiam"]

a, b = pair()
dino = DINOLoss(output_dim=4, warmup_teacher_temp=0.04, teacher_temp=0.04, student_temp=0.1)
dino.center = numbers(1, 1, 4, seed=5)
golden["dino"] = slopes(dino([c, d], [a, b]), a, b)
golden["dinoCentre"] = dino.center.flatten().tolist()

a, b = pair()
e, f = [numbers(6, 4, seed=s).requires_grad_() for s in (10, 11)]
dino = DINOLoss(output_dim=4, warmup_teacher_temp=0.04, teacher_temp=0.04, student_temp=0.1)
dino.center = numbers(1, 1, 4, seed=5)
golden["dinoCrops"] = slopes(dino([c, d], [a, b, e, f]), a, b, e, f)

# MoCo: a linear encoder, 20 steps
weight = torch.nn.Parameter(numbers(4, 5, seed=6))
query = torch.nn.Linear(5, 4, bias=False)
key = torch.nn.Linear(5, 4, bias=False)
query.weight.data.copy_(weight.data)
key.weight.data.copy_(weight.data)
moco = NTXentLoss(temperature=0.2, memory_bank_size=(16, 4))
moco.memory_bank.bank = torch.nn.functional.normalize(numbers(16, 4, seed=7), dim=1)
sgd = torch.optim.SGD(query.parameters(), lr=0.1, momentum=0.9)
losses = []
for step in range(20):
    update_momentum(query, key, m=0.9)
    with torch.no_grad():
        target = key(numbers(6, 5, seed=100 + step))
    loss = moco(query(numbers(6, 5, seed=200 + step)), target)
    losses.append(loss.item())
    sgd.zero_grad()
    loss.backward()
    sgd.step()
update_momentum(query, key, m=0.9)
golden["moCo"] = {
    "losses": losses,
    "query": query.weight.flatten().tolist(),
    "key": key.weight.flatten().tolist(),
    "queue": moco.memory_bank.bank.flatten().tolist(),
}

# LARS: a matrix with decay, a vector without, three steps
matrix, vector = torch.nn.Parameter(numbers(4, 5, seed=8)), torch.nn.Parameter(numbers(4, seed=9))
lars = LARS(
    [{"params": [matrix], "weight_decay": 1e-2}, {"params": [vector], "weight_decay": 0}], lr=0.5, momentum=0.9
)
for step in range(3):
    matrix.grad, vector.grad = numbers(4, 5, seed=20 + step), numbers(4, seed=30 + step)
    lars.step()
golden["lars"] = {"matrix": matrix.flatten().tolist(), "vector": vector.flatten().tolist()}

# FixMatch and pseudo-labels: weak and strong views' logits; the mean of all rows, those not sure of included
cross_entropy = torch.nn.functional.cross_entropy
weak, strong = [(4 * numbers(8, 4, seed=s)) for s in (40, 41)]
for name, threshold in (("fixMatch", 0.7), ("nobodySure", 0.999)):
    logits = strong.clone().requires_grad_()
    sure, guess = torch.softmax(weak, -1).max(-1)
    mask = sure.ge(threshold).float()
    golden[name] = slopes((cross_entropy(logits, guess, reduction="none") * mask).mean(), logits)
    golden[name]["used"] = int(mask.sum())
logits = strong.clone().requires_grad_()
golden["pseudoLabel"] = slopes(cross_entropy(logits, logits.detach().argmax(1)), logits)
print(json.dumps(golden))
