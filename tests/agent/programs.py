"""Programs that are debugged: each ends with a line that shows whether anything of it was touched."""

from __future__ import annotations

TRAINING = """
import gc, random, weakref
import torch
from torch import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        pooled = nn.AdaptiveAvgPool2d(1), nn.Flatten()
        self.body = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), *pooled)
        self.head = nn.Linear(4, 3)

    def forward(self, image):
        print("forward", self.training)
        return self.head(self.body(image))


class Trainer:
    def __init__(self):
        self.net = Net()
        self.net.train()

    def step(self, images):
        logits = self.net(images)
        loss = logits.sum()
        loss = loss * 2  # stop: pending
        loss.backward()
        return [float(p.grad.abs().sum()) for p in self.net.parameters()], logits


def train():
    trainer = Trainer()
    images = torch.rand(4, 3, 16, 16)
    before = torch.get_rng_state().sum().item()
    grads, logits = trainer.step(images)
    print("rng moved", before != torch.get_rng_state().sum().item())
    print("next random", torch.rand(1).item(), random.random())
    norm = trainer.net.body[1]
    print("norm", norm.num_batches_tracked.item(), norm.running_mean.sum().item(), trainer.net.training)
    print("grads", grads)
    alive = [weakref.ref(trainer.net), weakref.ref(images), weakref.ref(logits)]
    del trainer, images, logits, norm
    gc.collect()
    print("alive", [ref() is not None for ref in alive])
    print("names", sorted(locals()))


torch.manual_seed(0)
random.seed(0)
train()
print("globals", sorted(name for name in globals() if not name.startswith("__")))
print("end")  # stop: end
"""

LONG_CALLS = """
import time
import torch
from torch import nn

ROUNDS = 200
calls = {"forward": 0, "backward": 0}


class Slow(torch.autograd.Function):
    @staticmethod
    def forward(ctx, values):
        return values * 1.0

    @staticmethod
    def backward(ctx, gradient):
        calls["backward"] += 1
        time.sleep(0.05)
        return gradient


class Layers(nn.Module):
    def __init__(self, slow_forward):
        super().__init__()
        self.norm, self.head, self.slow_forward = nn.BatchNorm1d(8), nn.Linear(8, 2), slow_forward

    def forward(self, values):
        values = self.norm(values)
        for _ in range(ROUNDS):
            if self.slow_forward:
                calls["forward"] += 1
                time.sleep(0.05)
                values = values + 0.001
            else:
                values = Slow.apply(values)
        return self.head(values)


torch.manual_seed(0)
forward, backward = Layers(True).train(), Layers(False).train()
sample = torch.rand(4, 8)
loss = backward.norm(sample).square().sum()
loss = loss * 2  # stop: pending
loss.backward()
norms = [net.norm for net in (forward, backward)]
print([(norm.training, norm.num_batches_tracked.item(), norm.running_mean.tolist()) for norm in norms])
print("gradients", norms[0].weight.grad, norms[1].weight.grad.tolist(), "next random", torch.rand(1).item(), calls)
"""
