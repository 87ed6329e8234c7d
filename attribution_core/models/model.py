"""A module tied to what it reads and what its outputs are called."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import Any, TypeGuard

import torch
from torch import nn

from ..beside import NOTE, is_beside
from ..errors import BadModel, gpu_is_full
from ..inputs import Image, Inputs, Prepared, Tabular, Tensors, Text
from ..target import Labels, Task
from .assumed import assumed_inputs, input_kind
from .foreign import class_names, over_arrays, predicts_values
from .network import Network


@dataclass
class Model:
    """What it takes to explain a module: how its inputs are made, and what its classes are called.

    Parameters
    ----------
    module : an `nn.Module`, or any function from a batch of inputs to class scores, written in torch; or, explained by
        finite differences, one over numpy arrays, a model of scikit-learn (its `predict_proba`), an ONNX session.
    inputs : an `Image`, a `Text`, a `Tabular` or `Tensors`. Left out, it is read off the first layer and the sample as
        far as that goes, and the result's notes say what was assumed.
    labels : names of the classes: a sequence, or index -> name.
    name : what a person calls it; the name of the class or function when left out.
    task : `regression` if the outputs are values, and no scores of classes.
    device : where to compute, unless told otherwise; where the module is when left out.
    differentiable : False to take finite differences although the model could be differentiated, or seems to.
    step : of finite differences, relative to the scale of each feature: see `finite_differences.Differences`.

    Examples
    --------
    >>> from torch import nn
    >>> from attribution_core import Image, Model
    >>> model = Model(nn.Conv2d(3, 10, 8), inputs=Image(size=8), labels=[str(digit) for digit in range(10)])
    >>> model.name
    'Conv2d'
    """

    module: Callable[..., object]
    inputs: Inputs | None = None
    labels: Labels = None
    name: str | None = None
    task: Task | None = None
    device: str | None = None
    differentiable: bool | None = None
    step: float | None = None

    def __post_init__(self) -> None:
        if isinstance(self.module, Model):
            raise BadModel("Model(...) was given a Model", "Give it the module inside: model.module.")
        if not _is_function(self.module):
            raise BadModel(
                f"an object of type {type(self.module).__name__} is not a model: it cannot be called",
                "Give an nn.Module, or a function from inputs to class scores.",
            )
        if self.name is None:
            self.name = _name(self.module)
        if self.labels is None:
            self.labels = class_names(self.module)
        if self.task is None and predicts_values(self.module):
            self.task = "regression"

    @property
    def reads(self) -> str:
        """What it reads: image, text, tabular, tensors, or unknown, as far as its inputs or its first layer say."""
        return type(self.inputs).__name__.lower() if self.inputs is not None else input_kind(self.module)

    def network(self, device: str | None = None, seed: int = 0) -> Network:
        """The module as a function, on a device: see `Network`."""
        return Network(self.module, device or self.device, seed, self.differentiable, self.step)

    def prepare(self, sample: object, network: Network) -> Prepared:
        """The sample as this model takes it, with the model's outputs for it."""
        try:
            prepared = self._prepared(sample, network)
        except torch.cuda.OutOfMemoryError as error:
            raise gpu_is_full("one call of the model", error) from None
        network.begin(prepared)
        if is_beside():
            prepared.notes.append(NOTE)
        return prepared

    def _prepared(self, sample: object, network: Network) -> Prepared:
        if self.inputs is not None:
            return self.inputs.prepare(sample, network)
        inputs, sample, notes = assumed_inputs(sample, network)
        prepared = inputs.prepare(sample, network)
        prepared.notes.extend(notes)
        return prepared


def as_model(model: object, name: str | None = None) -> Model:
    """A `Model` of whatever a person calls a model: a Model, an nn.Module, or a function written in torch.

    Raises
    ------
    BadModel
        If it is none of these.
    """
    if isinstance(model, Model):
        return model
    if is_model_of_another_copy(model):
        return _carried_over(model)
    if isinstance(model, type):
        raise BadModel(f"{model.__name__} is a class, not a model", f"Give an instance: {model.__name__}(...).")
    if not _is_function(model):
        raise BadModel(
            f"an object of type {type(model).__name__} is not a model",
            "Give an nn.Module, a heatline.Model, or a function from inputs to class scores.",
        )
    return Model(model, name=name)


def _is_function(model: object) -> TypeGuard[Callable[..., object]]:
    """Whether it can be called, or asked for scores in another way."""
    return callable(model) or over_arrays(model) is not None


def is_model_of_another_copy(value: object) -> bool:
    """Whether this is the `Model` of another copy of this package in the same process.

    An editor brings its own copy into a kernel where the person may have imported theirs: one class in source, two
    in Python.
    """
    kind = type(value)
    return kind.__name__ == "Model" and kind is not Model and __package__.split(".")[-2] in kind.__module__.split(".")


def _carried_over(model: Any) -> Model:
    """Another copy's model as ours, attribute by attribute: the copies may be of different versions."""
    inputs = model.inputs
    for own in (Image, Text, Tabular, Tensors):
        if type(inputs).__name__ == own.__name__:
            known = inspect.signature(own).parameters
            inputs = own(**{name: getattr(inputs, name) for name in known if hasattr(inputs, name)})
    given = {item.name: getattr(model, item.name) for item in fields(Model) if hasattr(model, item.name)}
    return Model(**given | {"inputs": inputs})


def _name(module: object) -> str:
    """The name of a function, or the class of a module or estimator, inside of wrappers and methods."""
    inner = getattr(module, "_orig_mod", None)
    if inner is None and isinstance(module, (nn.DataParallel, nn.parallel.DistributedDataParallel)):
        inner = module.module
    if inner is None and inspect.ismethod(module):
        inner = module.__self__
    if inner is not None:
        return _name(inner)
    return getattr(module, "__name__", None) or type(module).__name__
