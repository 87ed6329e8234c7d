"""Evaluating a person's module as if nobody had.

Their module may be half-way through training, their backward pass may be pending, their debugger may be
paused inside `torch.no_grad()`. Inside `undisturbed` the module is in evaluation mode and torch in the modes
that we need; when the context ends, also by an error, everything is as it was. Nothing is ever written to a
parameter or a buffer, not even the same values: a pending backward pass would fail ("modified by an inplace
operation").
"""

from __future__ import annotations

import random
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import torch
from torch import Tensor, nn

from ..beside import is_beside, untouched

Buffers = list[tuple[nn.Module, str, Tensor]]
"""(owner, name, stand-in)"""


@contextmanager
def undisturbed(module: Callable[..., object], device: torch.device, buffers: Buffers, seed: int) -> Iterator[None]:
    """Evaluation mode, no autocast, seeded random numbers, stand-ins for buffers; all put back at the end.

    Gradients are off inside until somebody asks for them; inference mode is off, since its tensors can never
    be differentiated. Beside running code nothing is set that another thread could see: see `beside`.
    """
    with ExitStack() as stack:
        stack.enter_context(torch.inference_mode(False))
        stack.enter_context(torch.no_grad())
        for kind in {"cpu", device.type}:
            stack.enter_context(torch.autocast(kind, enabled=False))
        if is_beside():
            stack.enter_context(untouched(module, device))
            yield
            return
        stack.enter_context(_own_random_numbers(device, seed))
        if isinstance(module, nn.Module):
            stack.enter_context(_evaluation_mode(module))
            stack.enter_context(_stand_ins(buffers))
            stack.enter_context(_eager(module))
            if device.type == "cuda" and any(isinstance(part, nn.RNNBase) for part in module.modules()):
                stack.enter_context(_without_cudnn())
        yield


def stand_ins_for_buffers(module: Callable[..., object]) -> Buffers:
    """Copies of every buffer: what a `forward` writes into (a counter, a cache) must not be the person's. Where other
    code would see them stand in, there are none."""
    if not isinstance(module, nn.Module) or is_beside():
        return []
    copies: dict[int, Tensor] = {}
    found: Buffers = []
    with torch.inference_mode(False):
        for owner in module.modules():
            if isinstance(owner, torch.jit.ScriptModule):
                continue
            for name, buffer in owner._buffers.items():
                if buffer is not None:
                    found.append((owner, name, copies.setdefault(id(buffer), buffer.detach().clone())))
    return found


@contextmanager
def _evaluation_mode(module: nn.Module) -> Iterator[None]:
    """Flags are set one by one: `.eval()` may be overridden, and raises on exported modules."""
    # A frozen module of TorchScript has no such flag any more.
    training = [part for part in module.modules() if getattr(part, "training", False)]
    try:
        for part in training:
            part.training = False
        yield
    finally:
        for part in training:
            part.training = True


@contextmanager
def _stand_ins(buffers: Buffers) -> Iterator[None]:
    originals: Buffers = []
    try:
        for owner, name, copy in buffers:
            original = owner._buffers.get(name)
            if original is not None:
                originals.append((owner, name, original))
                owner._buffers[name] = copy
        yield
    finally:
        for owner, name, original in originals:
            owner._buffers[name] = original


@contextmanager
def _own_random_numbers(device: torch.device, seed: int) -> Iterator[None]:
    """The generators of torch, Python and numpy (where it is loaded) are seeded, and put back."""
    torch_state, python_state = torch.random.get_rng_state(), random.getstate()
    cuda = _cuda_generator(device)
    cuda_state = None if cuda is None else cuda.get_state()
    numpy = sys.modules.get("numpy")
    numpy_state = numpy.random.get_state() if numpy is not None else None
    try:
        seed_random_numbers(device, seed)
        yield
    finally:
        torch.random.set_rng_state(torch_state)
        random.setstate(python_state)
        if cuda is not None and cuda_state is not None:
            cuda.set_state(cuda_state)
        if numpy is not None:
            numpy.random.set_state(numpy_state)


def seed_random_numbers(device: torch.device, seed: int) -> None:
    """Seeds what a model may draw from: the generators of torch, Python and numpy."""
    torch.default_generator.manual_seed(seed)
    random.seed(seed)
    cuda, numpy = _cuda_generator(device), sys.modules.get("numpy")
    if cuda is not None:
        cuda.manual_seed(seed)
    if numpy is not None:
        numpy.random.seed(seed % 2**32)


def _cuda_generator(device: torch.device) -> torch.Generator | None:
    """The generator of a CUDA device (with its index); None for other devices."""
    if device.type != "cuda":
        return None
    torch.cuda.init()  # type: ignore[no-untyped-call]
    return torch.cuda.default_generators[device.index]


@contextmanager
def _eager(module: nn.Module) -> Iterator[None]:
    """What was compiled in place is run uncompiled: our batches and modes would only make it compile again."""
    if not any(getattr(part, "_compiled_call_impl", None) for part in module.modules()):
        yield
        return
    with torch.compiler.set_stance("force_eager"):
        yield


@contextmanager
def _without_cudnn() -> Iterator[None]:
    """cuDNN's recurrent layers have no backward pass in evaluation mode; torch's own have."""
    before = torch.backends.cudnn.enabled
    torch.backends.cudnn.enabled = False
    try:
        yield
    finally:
        torch.backends.cudnn.enabled = before
