"""Computing in one thread while code of the person's runs in another.

What `undisturbed` sets for a step and puts back (flags of modules, random numbers, switches of torch's) is seen by
every thread of the process, so code that runs meanwhile would notice. Inside `beside_running_code` none of it is set:
a model must be in evaluation mode already, it computes as objects of our own around the person's tensors, and an
operation that would leave a trace is refused. What is used instead (autograd, `no_grad`, autocast, the modes below) is
local to the thread.
"""

from __future__ import annotations

import copy
import functools
import threading
import warnings
from collections import OrderedDict
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

import torch
from torch import Tensor, nn
from torch.utils._python_dispatch import TorchDispatchMode

from .errors import BadModel

WAIT = "Wait for the code that is running, then explain again."
NOTE = "Computed while other code ran: if it changed weights meanwhile, this is a mixture of before and after."
OVERTAKEN = "modified by an inplace operation"
"""How autograd says that a tensor which it needs for a derivative was written to since."""

Value = TypeVar("Value")


class _Thread(threading.local):
    beside = False
    draws_for_us = False


_thread = _Thread()


@contextmanager
def beside_running_code() -> Iterator[None]:
    """What this thread computes inside leaves no trace that another thread could see."""
    before = _thread.beside
    _thread.beside = True
    try:
        yield
    finally:
        _thread.beside = before


def is_beside() -> bool:
    """Whether this thread is inside `beside_running_code`."""
    return _thread.beside


@contextmanager
def own_noise() -> Iterator[None]:
    """For drawing from a generator of ours, which is nobody else's."""
    _thread.draws_for_us = True
    try:
        yield
    finally:
        _thread.draws_for_us = False


def own_copy(value: Value) -> Value:
    """A copy of what must not be used by two threads at once; the value itself where no other code runs.

    The tokenizers of transformers are such: each call may set how the next one pads and cuts.
    """
    return copy.deepcopy(value) if is_beside() else value


@contextmanager
def without_warnings(category: type[Warning]) -> Iterator[None]:
    """No such warnings inside. Beside running code they come: which are shown is the same for all threads."""
    if is_beside():
        yield
        return
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", category)
        yield


# ---------------------------------------------------------------- the model


def apart(module: Callable[..., object]) -> nn.Module:
    """A module of our own with the person's parameters, buffers and functions: what a `forward` sets on `self`, or
    appends to a list of its own, is set on ours.

    Raises
    ------
    BadModel
        If it is no module, or a part of it is in training mode.
    """
    if not isinstance(module, nn.Module):
        raise BadModel("beside running code only an nn.Module can be explained: it says in which mode it is", WAIT)
    training = [name for name, part in module.named_modules() if getattr(part, "training", False)]
    if training:
        part = f" ({training[0]})" if training[0] else ""
        raise BadModel(f"the model is in training mode{part}, which cannot be changed beside running code", WAIT)
    return _apart(module, {})


def _apart(module: nn.Module, made: dict[int, nn.Module]) -> nn.Module:
    if isinstance(module, torch.jit.ScriptModule):  # its fields are out of Python's reach
        return module
    if id(module) in made:
        return made[id(module)]
    ours = made[id(module)] = object.__new__(type(module))
    containers = (dict, OrderedDict, list, set)
    for name, value in dict(module.__dict__).items():
        ours.__dict__[name] = copy.copy(value) if type(value) in containers else value
    for name, part in ours._modules.items():
        ours._modules[name] = None if part is None else _apart(part, made)
    # What was compiled in place is run uncompiled: our batches and modes would only make it compile again.
    ours.__dict__["_compiled_call_impl"] = None
    return ours


# ---------------------------------------------------------------- its operations


@contextmanager
def untouched(module: Callable[..., object], device: torch.device) -> Iterator[None]:
    """Inside, no random number is drawn and nothing is written into a parameter or a buffer.

    Raises
    ------
    BadModel
        Where the module would, or where other code has written into a tensor that a derivative needs.
    """
    parts = list(module.modules()) if isinstance(module, nn.Module) else []
    if device.type == "cuda" and any(isinstance(part, nn.RNNBase) for part in parts):
        raise BadModel("recurrent layers on a GPU need cuDNN switched off, which running code would notice", WAIT)
    buffers = [(part, dict(part._buffers)) for part in parts if not isinstance(part, torch.jit.ScriptModule)]
    guard = _Guard(_places(module))
    try:
        with guard:
            yield
    except Exception as error:
        if guard.refusal is not None:  # torch, or the model, may have made another error of it
            raise guard.refusal from error
        if OVERTAKEN in f"{error.__cause__}":
            line = "the running code changed the model's weights while their derivative was taken"
            raise BadModel(line, "Explain again, or wait for the code that is running.") from error
        raise
    for part, before in buffers:
        changed = [name for name, buffer in part._buffers.items() if buffer is not before.get(name)]
        if changed:
            raise BadModel(f"the model writes into its buffer {changed[0]}", WAIT)


class _Guard(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Refuses operations that would leave a trace, in this thread, forward and backward.

    Parameters
    ----------
    places : where the tensors lie that must not be written to -> what they are called.

    Attributes
    ----------
    refusal : of the first such operation.
    """

    def __init__(self, places: Mapping[int, str]) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._places = places
        self.refusal: BadModel | None = None

    def __torch_dispatch__(
        self,
        func: Any,
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        effects = _effects(func)
        if effects is not None:
            self._check(effects, effects.given(args, kwargs or {}))
        return func(*args, **(kwargs or {}))

    def _check(self, effects: _Effects, given: Mapping[str, Any]) -> None:
        if given.get("training", given.get("train")) is False:
            draws, written = False, [name for name in effects.written if name not in _STATISTICS]
        else:
            draws, written = effects.draws, effects.written
        if draws and not _is_nothing(given) and not _thread.draws_for_us:
            self._refuse(f"the model draws random numbers ({effects.name})")
        for name in written:
            value = given.get(name)
            for tensor in value if isinstance(value, (list, tuple)) else [value]:
                place = self._places.get(_place(tensor)) if isinstance(tensor, Tensor) else None
                if place is not None:
                    self._refuse(f"the model writes into its {place} ({effects.name})")

    def _refuse(self, what: str) -> None:
        self.refusal = self.refusal or BadModel(f"{what}, which cannot be put back beside running code", WAIT)
        raise self.refusal


_STATISTICS = ("running_mean", "running_var")
"""What the functions of batch normalisation write to in training, some of which do not say so."""


@dataclass(frozen=True)
class _Effects:
    """What an operation does beside computing its result."""

    name: str
    draws: bool
    written: list[str]
    defaults: dict[str, Any]

    def given(self, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
        """Its arguments by name."""
        return {**self.defaults, **dict(zip(self.defaults, args, strict=False)), **kwargs}


def _is_nothing(given: Mapping[str, Any]) -> bool:
    """Whether an operation that may draw does not: dropout of no share, and what has no values."""
    itself = given.get("self")
    return given.get("dropout_p", given.get("dropout")) == 0 or (isinstance(itself, Tensor) and itself.is_meta)


@functools.cache
def _effects(func: Any) -> _Effects | None:
    """None for an operation that does nothing else."""
    schema = func._schema
    draws = torch.Tag.nondeterministic_seeded in func.tags
    written = [
        argument.name
        for argument in schema.arguments
        if (argument.alias_info is not None and argument.alias_info.is_write) or argument.name in _STATISTICS
    ]
    if not draws and not written:
        return None
    return _Effects(schema.name, draws, written, {each.name: each.default_value for each in schema.arguments})


def _places(module: Callable[..., object]) -> dict[int, str]:
    if not isinstance(module, nn.Module):
        return {}
    named = [("parameter", module.named_parameters()), ("buffer", module.named_buffers())]
    found = {_place(tensor): f"{kind} {name}" for kind, tensors in named for name, tensor in tensors}
    found.pop(0, None)
    return found


def _place(tensor: Tensor) -> int:
    """Where its memory begins, also that of a view; 0 where it has none."""
    try:
        return tensor.untyped_storage().data_ptr()
    except (RuntimeError, NotImplementedError):
        return 0
