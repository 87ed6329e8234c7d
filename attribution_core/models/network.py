"""A person's module as a function."""

from __future__ import annotations

import copy
import inspect
from collections.abc import Callable, Generator
from contextlib import AbstractContextManager
from typing import TypeVar

import torch
from torch import Tensor, nn

from ..beside import apart, is_beside
from ..errors import AttributionError, BadModel, BadRequest, UserCodeError, gpu_is_full
from ..finite_differences import Differences
from ..inputs import Prepared
from ..next_token import vocabulary_sizes
from ..target import class_outputs
from .foreign import ArraysOrTensors, OverArrays, over_arrays
from .static_batch import InBatchesOf, static_batch
from .undisturbed import seed_random_numbers, stand_ins_for_buffers, undisturbed

Yielded = TypeVar("Yielded")
Returned = TypeVar("Returned")


class Network:
    """A module (or any callable) that is evaluated without a trace.

    Parameters
    ----------
    module : what the person has; compiled and data-parallel wrappers are taken off, and nothing is changed.
    device : where to compute; where the module is when left out. A module that is elsewhere is copied there.
    seed : of the random numbers that the module may draw.
    differentiable : whether torch can differentiate it; found out when left out. If not, finite differences are taken.
    step : of finite differences: see `Differences`.

    Attributes
    ----------
    device, dtype : of the inputs that the module expects.
    batches : bool
        Whether samples can be evaluated together without influencing each other, as far as its layers tell.
    """

    def __init__(
        self,
        module: Callable[..., object],
        device: str | None = None,
        seed: int = 0,
        differentiable: bool | None = None,
        step: float | None = None,
    ) -> None:
        module = _unwrapped(module)
        if is_beside():
            module = apart(module)
        with torch.inference_mode(False):
            module = _differentiable(module)
            at, self.dtype = _place(module)
            self.device = _device(device) or at
            if isinstance(module, nn.Module) and self.device != at:
                module = _copied(module, self.device)
        self.module = module
        self.seed = seed
        size = static_batch(module)
        self.batches = size != 1 and not _mixes_samples(module)
        self._vocabularies = vocabulary_sizes(module)
        self._buffers = stand_ins_for_buffers(module)
        self._function = module if size in (None, 1) else InBatchesOf(module, size)
        self._differences: Differences | None = None
        self._step = step
        foreign = over_arrays(module)
        self._told = isinstance(module, nn.Module) or differentiable is not None or foreign is not None
        if foreign is not None:
            self._measure(foreign)
        elif differentiable is False and isinstance(module, nn.Module):
            self._measure(lambda *arguments, **named: class_outputs(self.module(*arguments, **named)), precise=False)
        elif differentiable is False:
            self._measure(ArraysOrTensors(module))

    def __call__(self, *arguments: Tensor, **named: Tensor) -> Tensor:
        """The class outputs, (n, columns), for a batch of n samples.

        Raises
        ------
        UserCodeError
            If the module raises.
        BadModel
            If it needs more arguments, or returns something that is no class scores.
        """
        try:
            output = self._function(*arguments, **named) if self._told else self._first_call(arguments, named)
        except (AttributionError, torch.cuda.OutOfMemoryError):
            raise
        except (Exception, SystemExit) as error:
            raise self._failure(arguments, named, error) from error
        outputs = class_outputs(output, self._vocabularies)
        batch = next((len(tensor) for tensor in (*arguments, *named.values()) if tensor.dim()), len(outputs))
        if len(outputs) != batch:
            raise BadModel(
                f"the model returned {len(outputs)} rows for a batch of {batch}",
                "Its first dimension must be the batch.",
            )
        return outputs

    def accepts(self, name: str) -> bool:
        """Whether the module can be called with an argument of this name."""
        parameters = _parameters(self.module)
        if any(p.name == name and p.kind is not p.POSITIONAL_ONLY for p in parameters):
            return True
        others = [p for p in parameters if p.default is p.empty and p.kind is p.POSITIONAL_OR_KEYWORD]
        return not others and any(p.kind is p.VAR_KEYWORD for p in parameters)

    def begin(self, prepared: Prepared) -> None:
        """Takes the scales of finite differences, where there are any, from the sample that will be explained.

        Raises
        ------
        BadModel
            If it has too many features for them.
        """
        if self._differences is not None:
            self._differences.begin(prepared.features, prepared.notes)

    @property
    def mixes(self) -> bool:
        """Whether points of several samples can be evaluated together, as far as its layers tell. Finite differences
        take their scales from one sample."""
        return self.batches and self._differences is None

    def undisturbed(self) -> AbstractContextManager[None]:
        """See `models.undisturbed`."""
        return undisturbed(self.module, self.device, self._buffers, self.seed)

    def stepwise(self, steps: Generator[Yielded, None, Returned]) -> Generator[Yielded, None, Returned]:
        """Runs a generator so that each of its steps is undisturbed, and nothing is changed between two."""
        try:
            while True:
                with self.undisturbed():
                    try:
                        step = next(steps)
                    except StopIteration as stop:
                        returned: Returned = stop.value
                        return returned
                yield step
        finally:
            steps.close()

    def at_once(self, steps: Generator[object, None, Returned]) -> Returned:
        """Runs a generator to its end with everything set up once. The numbers that the model draws are the same:
        random numbers start anew with each step."""
        with self.undisturbed():
            try:
                while True:
                    try:
                        next(steps)
                    except StopIteration as stop:
                        returned: Returned = stop.value
                        return returned
                    self.draw_anew()
            finally:
                steps.close()

    def draw_anew(self) -> None:
        """Inside `undisturbed`: what the model draws from here on is what it draws at the start of a step."""
        if is_beside():
            return  # it draws nothing
        seed_random_numbers(self.device, self.seed)

    def _measure(self, function: Callable[..., Tensor], precise: bool = True) -> None:
        """From here on the function's derivatives are finite differences."""
        self._differences = Differences(function, self._step, precise)
        self._function = self._differences
        if precise and self.dtype is None:
            self.dtype = torch.float64

    def _first_call(self, arguments: tuple[Tensor, ...], named: dict[str, Tensor]) -> object:
        """Finds out whether a plain function is written in torch, or in numpy."""
        self._told = True
        function, failed = self._function, None
        try:
            output = function(*arguments, **named)
            if not _is_array(output):
                return output
        except Exception as error:
            failed = error
        try:
            self._measure(OverArrays(function))
            return self._function(*arguments, **named)
        except Exception:
            if failed is None:
                raise
            self._function, self._differences = function, None
            raise failed from None

    def _failure(
        self, arguments: tuple[Tensor, ...], named: dict[str, Tensor], error: BaseException
    ) -> AttributionError:
        missing = _missing_arguments(self.module, len(arguments), set(named)) if isinstance(error, TypeError) else []
        if missing:
            return BadModel(
                f"the model needs arguments that were not given: {', '.join(missing)}",
                "Give a dict of tensors by name as the sample, or wrap the model so that it takes the sample alone.",
            )
        shapes = " and ".join(str(tuple(tensor.shape)) for tensor in (*arguments, *named.values()))
        return UserCodeError(
            f"the model failed on an input of shape {shapes}",
            error,
            "Check that the sample and its preprocessing fit the model: channels, size, range, type.",
        )


def _unwrapped(module: Callable[..., object]) -> Callable[..., object]:
    """The module inside torch.compile, DataParallel and DistributedDataParallel."""
    while True:
        if type(module).__name__ == "FullyShardedDataParallel":
            raise BadModel("the model is sharded (FSDP)", "Explain a whole copy of it: FSDP.summon_full_params.")
        inner = getattr(module, "_orig_mod", None) or getattr(module, "_torchdynamo_orig_callable", None)
        if inner is None and isinstance(module, (nn.DataParallel, nn.parallel.DistributedDataParallel)):
            inner = module.module
        if inner is None:
            return module
        module = inner


def _differentiable(module: Callable[..., object]) -> Callable[..., object]:
    """The module; a copy of it where it was made in inference mode, whose tensors autograd refuses."""
    if not isinstance(module, nn.Module) or not any(p.is_inference() for p in module.parameters()):
        return module
    try:
        return copy.deepcopy(module)
    except Exception as error:
        raise UserCodeError(
            "the model was made in inference mode, and copying it failed",
            error,
            "Make it outside of torch.inference_mode(); torch.no_grad() is fine.",
        ) from error


def _place(module: Callable[..., object]) -> tuple[torch.device, torch.dtype | None]:
    """Device and floating type of the first parameter or buffer; the CPU and None where there is none."""
    if isinstance(module, nn.Module):
        tensors = [*module.parameters(), *module.buffers()]
        for tensor in (*(t for t in tensors if t.is_floating_point()), *tensors):
            return tensor.device, tensor.dtype if tensor.is_floating_point() else None
    return torch.device("cpu"), None


def _device(name: str | None) -> torch.device | None:
    if name is None:
        return None
    try:
        device = torch.device(name)
        torch.empty(0, device=device)
    except (RuntimeError, AssertionError, NotImplementedError):
        raise BadRequest(
            f"the device '{name}' is not there", "`heatline doctor` lists the devices; 'cpu' always works."
        ) from None
    return torch.device("cuda", torch.cuda.current_device()) if device == torch.device("cuda") else device


def _copied(module: nn.Module, device: torch.device) -> nn.Module:
    try:
        return copy.deepcopy(module).to(device)
    except torch.cuda.OutOfMemoryError as error:
        raise gpu_is_full("a copy of the model", error) from None


def _mixes_samples(module: Callable[..., object]) -> bool:
    """Whether a layer computes statistics of the batch even in evaluation mode."""
    if not isinstance(module, nn.Module):
        return False
    norms = [part for part in module.modules() if isinstance(part, nn.modules.batchnorm._BatchNorm)]
    return any(norm.running_mean is None for norm in norms)


def _is_array(output: object) -> bool:
    """Whether a function answered tensors with something of numpy's, which has lost their gradients."""
    return not isinstance(output, Tensor) and hasattr(output, "__array__")


def _parameters(module: Callable[..., object]) -> list[inspect.Parameter]:
    forward = module.forward if isinstance(module, nn.Module) else module
    try:
        return list(inspect.signature(forward).parameters.values())
    except (TypeError, ValueError):
        return []


def _missing_arguments(module: Callable[..., object], given: int, named: set[str]) -> list[str]:
    parameters = _parameters(module)
    positional = [p for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    needed = [p for p in positional[given:] if p.default is p.empty]
    needed += [p for p in parameters if p.kind is p.KEYWORD_ONLY and p.default is p.empty]
    return [p.name for p in needed if p.name not in named]
