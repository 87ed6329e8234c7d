"""Results in files: npz with JSON inside, which says nothing that could run.

Fields are written as they are declared, and read back by their declarations: a file of an older version, which lacks
a field that has a default, can still be read.
"""

from __future__ import annotations

import dataclasses
import os
import types
from collections.abc import Mapping
from typing import Any, Union, get_args, get_origin, get_type_hints

from torch import Tensor

from .arrays import read_arrays, write_arrays
from .attribution import Attribution
from .errors import BadRequest

KIND = "attribution"


def save(attribution: Attribution, path: str | os.PathLike[str]) -> None:
    """Writes a result to a file that `load` and `numpy.load` can read.

    Parameters
    ----------
    path : usually ends in .npz.

    Raises
    ------
    BadRequest
        If the file cannot be written.
    """
    tensors: dict[str, Tensor] = {}
    header = {
        item.name: _written(getattr(attribution, item.name), item.name, tensors)
        for item in dataclasses.fields(attribution)
    }
    write_arrays(path, KIND, {"class": type(attribution).__name__, "fields": header}, **tensors)


def load(path: str | os.PathLike[str]) -> Attribution:
    """Reads what `Attribution.save` wrote.

    Raises
    ------
    BadRequest
        If there is no such file, or it holds something else.

    Examples
    --------
    >>> import tempfile, torch
    >>> from attribution_core import explain, load
    >>> found = explain(torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(4, 2)), torch.ones(1, 1, 2, 2))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     found.save(f"{folder}/found.npz")
    ...     again = load(f"{folder}/found.npz")
    >>> torch.equal(again.scores, found.scores)
    True
    """
    header, tensors = read_arrays(path, KIND)
    kinds = {kind.__name__: kind for kind in _kinds(Attribution)}
    try:
        kind = kinds[header["class"]]
        found: Attribution = _read(header["fields"], kind, tensors)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise BadRequest(
            f"{os.fspath(path)} holds an attribution that cannot be read: {error}",
            "It may be of a newer version, or damaged.",
        ) from None
    return found


def _kinds(kind: type[Attribution]) -> list[type[Attribution]]:
    return [kind, *(each for own in kind.__subclasses__() for each in _kinds(own))]


def _written(value: object, name: str, tensors: dict[str, Tensor]) -> Any:
    """A value as JSON takes it; tensors are put aside, and stand there by name."""
    if isinstance(value, Tensor):
        tensors[name] = value
        return {"tensor": name}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {
            item.name: _written(getattr(value, item.name), f"{name}.{item.name}", tensors)
            for item in dataclasses.fields(value)
        }
    if isinstance(value, Mapping):
        return {str(key): _written(each, f"{name}.{key}", tensors) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_written(each, f"{name}.{i}", tensors) for i, each in enumerate(value)]
    return value


def _read(value: Any, hint: Any, tensors: Mapping[str, Tensor]) -> Any:
    """A value of JSON as the declared type has it."""
    origin, arguments = get_origin(hint), get_args(hint)
    if origin in (Union, types.UnionType):
        (hint,) = (each for each in arguments if each is not type(None))
        return None if value is None else _read(value, hint, tensors)
    if hint is Tensor:
        return tensors[value["tensor"]]
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        hints = get_type_hints(hint)
        known = {item.name for item in dataclasses.fields(hint) if item.init}
        return hint(**{name: _read(each, hints[name], tensors) for name, each in value.items() if name in known})
    if origin is tuple:
        each = arguments[:1] * len(value) if arguments[1:] == (Ellipsis,) else arguments
        return tuple(_read(item, own, tensors) for item, own in zip(value, each, strict=True))
    if origin is list:
        return [_read(item, arguments[0], tensors) for item in value]
    if origin is dict:
        return {key: _read(item, arguments[1], tensors) for key, item in value.items()}
    return value
