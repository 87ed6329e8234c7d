"""Protocol dataclasses to JSON objects and back, checked field by field.

Standard library only: an agent inside a kernel or a paused program has nothing else to rely on.
"""

from __future__ import annotations

import dataclasses
import functools
import math
import types
import typing
from typing import Any, Literal, TypeVar, Union, get_args, get_origin

T = TypeVar("T")

JSON_NAMES = {str: "a string", int: "an integer", float: "a number", bool: "true or false", type(None): "null"}

MAX_DEPTH = 32
"""Nesting beyond this is refused; the protocol itself needs 6."""


class WireError(ValueError):
    """A JSON value does not fit the protocol. The message names the field and the value."""


def encode(value: object) -> Any:
    """The JSON value of a dataclass, or of what a dataclass may hold.

    Raises
    ------
    WireError
        For a number that JSON cannot carry (NaN, infinity) or an object that is not of the protocol.
    """
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {name: encode(getattr(value, name)) for name in _hints(type(value))}
    if isinstance(value, float) and not math.isfinite(value):
        raise WireError(f"{value} cannot be sent: JSON has no such number")
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    if isinstance(value, (list, tuple)):
        return [encode(item) for item in value]
    if isinstance(value, dict):
        return {str(key): encode(item) for key, item in value.items()}
    raise WireError(f"a {type(value).__name__} cannot be sent")


def decode(shape: type[T], value: object, where: str = "params") -> T:
    """A `shape` (a protocol dataclass) from a JSON value. Unknown fields are passed over.

    Raises
    ------
    WireError
        Where a field is missing or of another type.
    """
    return typing.cast(T, _decode(shape, value, where, 0))


@functools.cache
def _hints(cls: type) -> dict[str, Any]:
    """Field name -> resolved type, in the order of declaration."""
    hints = typing.get_type_hints(cls)
    return {field.name: hints[field.name] for field in dataclasses.fields(cls)}


def _decode(shape: Any, value: object, where: str, depth: int) -> object:
    if depth > MAX_DEPTH:
        raise WireError(f"{where} is nested too deeply")
    if shape is object or shape is Any:
        return value
    origin = get_origin(shape)
    if origin in (Union, types.UnionType):
        return _decode_union(get_args(shape), value, where, depth)
    if origin is Literal:
        if value in get_args(shape) and isinstance(value, type(get_args(shape)[0])):
            return value
        raise WireError(f"{where} is {_show(value)}; expected one of {', '.join(map(repr, get_args(shape)))}")
    if origin is list:
        if not isinstance(value, list):
            raise WireError(f"{where} is {_show(value)}; expected a list")
        (item,) = get_args(shape)
        return [_decode(item, v, f"{where}[{i}]", depth + 1) for i, v in enumerate(value)]
    if origin is dict:
        if not isinstance(value, dict):
            raise WireError(f"{where} is {_show(value)}; expected an object")
        item = get_args(shape)[1]
        return {key: _decode(item, v, f"{where}[{key!r}]", depth + 1) for key, v in value.items()}
    if dataclasses.is_dataclass(shape):
        return _decode_dataclass(typing.cast(type, shape), value, where, depth)
    if shape is float and isinstance(value, (int, float)) and not isinstance(value, bool):
        return float(value)
    if shape is int and isinstance(value, int) and not isinstance(value, bool):
        return value
    if shape in (str, bool, type(None)) and isinstance(value, shape):
        return value
    raise WireError(f"{where} is {_show(value)}; expected {JSON_NAMES.get(shape, shape)}")


def _decode_dataclass(shape: type, value: object, where: str, depth: int) -> object:
    if not isinstance(value, dict):
        raise WireError(f"{where} is {_show(value)}; expected an object")
    found: dict[str, object] = {}
    for spec in dataclasses.fields(shape):
        if spec.name in value:
            found[spec.name] = _decode(_hints(shape)[spec.name], value[spec.name], f"{where}.{spec.name}", depth + 1)
        elif spec.default is dataclasses.MISSING and spec.default_factory is dataclasses.MISSING:
            raise WireError(f"{where}.{spec.name} is missing")
    return shape(**found)


def _decode_union(shapes: tuple[Any, ...], value: object, where: str, depth: int) -> object:
    """Dataclasses are told apart by their `kind`; everything else by trying in order."""
    if isinstance(value, dict):
        classes = [typing.cast(type, s) for s in shapes if dataclasses.is_dataclass(s)]
        tagged = {kind: cls for cls in classes for kind in get_args(_hints(cls).get("kind"))}
        if tagged:
            kind = value.get("kind")
            if not isinstance(kind, str) or kind not in tagged:
                raise WireError(f"{where}.kind is {_show(kind)}; expected one of {', '.join(map(repr, tagged))}")
            return _decode(tagged[kind], value, where, depth)
    reasons = []
    for shape in shapes:
        try:
            return _decode(shape, value, where, depth + 1)
        except WireError as error:
            reasons.append(str(error))
    expected = " or ".join(reason.rpartition("expected ")[2] for reason in reasons)
    raise WireError(f"{where} is {_show(value)}; expected {expected}")


def _show(value: object) -> str:
    """A value for an error message: its type, and itself where it is short."""
    if isinstance(value, (dict, list)):
        return f"{'an object' if isinstance(value, dict) else 'a list'} of {len(value)}"
    text = "null" if value is None else repr(value)
    return text if len(text) <= 60 else f"{text[:57]}..."
