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
