"""Models of other libraries, as functions from tensors to tensors: scikit-learn, ONNX, anything over numpy.

No library is imported for it: their models are told by what they can do.
"""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from ..errors import AttributionError, BadModel
from ..target import class_outputs

PREDICTING = ("predict_proba", "decision_function", "predict")
"""Methods of scikit-learn's models, and of those that follow it; the first that is there is explained."""


class OverArrays:
    """A function over numpy arrays as one over tensors.

    Parameters
    ----------
    function : from arrays (n, ...) to scores: an array (n, classes) or (n,), or a list or dict that holds one.
    """

    def __init__(self, function: Callable[..., object]) -> None:
        self.function = function

    def __call__(self, *arguments: Any, **named: Any) -> Tensor:
        like = next(value for value in (*arguments, *named.values()) if isinstance(value, Tensor))
        found = self.function(*map(_array, arguments), **{name: _array(value) for name, value in named.items()})
        return _scores(found, len(like)).to(like.device)


class ArraysOrTensors:
    """A function of which it is only known that it cannot be differentiated. Numpy arrays are tried first."""

    def __init__(self, function: Callable[..., Any]) -> None:
        self.function = function
        self._chosen: Callable[..., Tensor] | None = None

    def __call__(self, *arguments: Any, **named: Any) -> Tensor:
        if self._chosen is not None:
            return self._chosen(*arguments, **named)
        try:
            over = OverArrays(self.function)
            outputs = over(*arguments, **named)
            self._chosen = over
        except AttributionError:
            raise
        except Exception:
            self._chosen = self._by_tensors
            outputs = self._by_tensors(*arguments, **named)
        return outputs

    def _by_tensors(self, *arguments: Any, **named: Any) -> Tensor:
        return class_outputs(self.function(*arguments, **named))


def over_arrays(model: Any) -> OverArrays | None:
    """A model of another library as a function; None for what torch may be able to differentiate."""
    if isinstance(model, nn.Module):
        return None
    if hasattr(model, "run") and hasattr(model, "get_inputs"):
        return OverArrays(_Session(model))
    owner = getattr(model, "__self__", None)
    if owner is not None and hasattr(owner, "get_inputs") and getattr(model, "__name__", "") == "run":
        return OverArrays(_Session(owner))
    if not callable(model):
        name = next((name for name in PREDICTING if hasattr(model, name)), None)
        return None if name is None else OverArrays(_Estimator(getattr(model, name), model))
    if owner is not None and getattr(model, "__name__", "") in PREDICTING and not isinstance(owner, nn.Module):
        return OverArrays(_Estimator(model, owner))
    return None


def class_names(model: object) -> list[str] | None:
    """What a model of scikit-learn calls its classes."""
    classes = getattr(_owner(model), "classes_", None)
    return None if classes is None or isinstance(model, nn.Module) else [str(name) for name in classes]


def predicts_values(model: object) -> bool:
    """Whether a model of scikit-learn is a regression."""
    owner = _owner(model)
    if isinstance(owner, (nn.Module, type)):
        return False
    tags = getattr(owner, "__sklearn_tags__", None)
    return (tags().estimator_type if callable(tags) else getattr(owner, "_estimator_type", None)) == "regressor"


def column_names(model: object) -> list[str] | None:
    """What a model of scikit-learn calls its features, if it was fitted on a table with names."""
    names = getattr(_owner(model), "feature_names_in_", None)
    return None if names is None or isinstance(model, nn.Module) else [str(name) for name in names]


def _owner(model: object) -> object:
    """The object whose method this is; anything else is its own."""
    return getattr(model, "__self__", model)


class _Estimator:
    """A method of a scikit-learn model. Where it was fitted on a table with names, it is given one."""

    def __init__(self, method: Callable[[Any], object], estimator: object) -> None:
        self.method = method
        self.names = column_names(estimator)

    def __call__(self, rows: Any) -> object:
        if self.names is not None and rows.shape[1] == len(self.names):
            try:
                import pandas
            except ImportError:
                pass
            else:
                rows = pandas.DataFrame(rows, columns=self.names)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "X does not have valid feature names")
            return self.method(rows)


class _Session:
    """An ONNX session: inputs by name and type, in batches of the size that it was exported for."""

    def __init__(self, session: Any) -> None:
        self.session = session
        self.inputs = list(session.get_inputs())

    def __call__(self, *arguments: Any, **named: Any) -> object:
        import numpy

        if len(arguments) + len(named) != len(self.inputs):
            raise BadModel(
                f"the ONNX model takes {len(self.inputs)} inputs ({', '.join(i.name for i in self.inputs)}), "
                f"and {len(arguments) + len(named)} were given",
                "Give a dict of tensors with these names.",
            )
        given = dict(zip((entry.name for entry in self.inputs), arguments, strict=False)) | named
        types = {"tensor(float)": "float32", "tensor(double)": "float64", "tensor(float16)": "float16",
                 "tensor(int64)": "int64", "tensor(int32)": "int32"}  # fmt: skip
        feed = {
            entry.name: given[entry.name].astype(types.get(entry.type, given[entry.name].dtype), copy=False)
            for entry in self.inputs
        }
        rows, batch = len(next(iter(feed.values()))), self.inputs[0].shape[0]
        if not isinstance(batch, int):
            return self.session.run(None, feed)
        found = []
        for start in range(0, rows, batch):
            part = {name: _filled(values[start : start + batch], batch) for name, values in feed.items()}
            found.append(_scores(self.session.run(None, part), batch))
        return numpy.concatenate(found)[:rows]


def _filled(rows: Any, count: int) -> Any:
    import numpy

    return rows if len(rows) == count else numpy.concatenate([rows, numpy.repeat(rows[-1:], count - len(rows), 0)])


def _array(value: Any) -> Any:
    return value.detach().cpu().numpy() if isinstance(value, Tensor) else value


def _scores(found: object, rows: int) -> Tensor:
    """The first scores in what a function returned: floating, a row for each of `rows`."""
    import numpy

    if isinstance(found, Tensor):
        return found
    if isinstance(found, Mapping):
        found = found.get("probabilities", found.get("logits", list(found.values())))
    listed = isinstance(found, (list, tuple)) and not all(isinstance(value, (int, float)) for value in found)
    candidates = [found, *found] if listed and isinstance(found, Sequence) else [found]
    for candidate in candidates:
        if isinstance(candidate, (list, tuple)) and candidate and all(isinstance(row, Mapping) for row in candidate):
            candidate = [list(row.values()) for row in candidate]  # what sklearn-onnx makes of probabilities
        if isinstance(candidate, Tensor):
            return candidate
        try:
            array = numpy.asarray(candidate)
        except ValueError:
            continue
        if array.dtype.kind == "f" and array.ndim in (1, 2) and len(array) == rows:
            return torch.from_numpy(numpy.array(array, order="C"))
    raise BadModel(
        f"the model returned {_described(found)}, where class scores were expected",
        "It must return an array of floats, (rows, classes): of scikit-learn give predict_proba.",
    )


def _described(found: object) -> str:
    shape, kind = getattr(found, "shape", None), getattr(found, "dtype", None)
    return f"an array of shape {tuple(shape)} and type {kind}" if shape is not None else f"a {type(found).__name__}"
