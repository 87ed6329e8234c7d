"""The value of an expression, found by looking, not by running it: nothing of the person's is called.

Names, fields, entries of plain containers and of tensors, and those methods of tensors that only compute.
"""

from __future__ import annotations

import ast
import operator
import sys
from collections import UserDict
from collections.abc import Callable, Mapping
from typing import Any

from .kinds import is_array
from .references import PLAIN
from .variables import fields_of, is_module

PURE = {
    "abs", "argmax", "clone", "contiguous", "cpu", "cuda", "detach", "double", "exp", "expand", "flatten", "float",
    "half", "bfloat16", "int", "item", "log", "log_softmax", "logsigmoid", "long", "max", "mean", "min", "movedim",
    "normalize", "numpy", "permute", "reshape", "round", "select", "sigmoid", "softmax", "squeeze", "sum", "tanh", "to",
    "tolist", "topk", "transpose", "type_as", "unsqueeze", "view", "argsort", "sort", "relu", "clamp", "unbind",
}  # fmt: skip
"""Methods of tensors, and functions of torch, that change nothing."""
ATTRIBUTES = {"T", "mT", "data", "real", "values", "indices", "shape", "device", "dtype"}

_OPERATORS: dict[type[ast.AST], Callable[..., Any]] = {
    ast.Add: operator.add, ast.Sub: operator.sub, ast.Mult: operator.mul, ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv, ast.Pow: operator.pow, ast.MatMult: operator.matmul, ast.USub: operator.neg,
    ast.UAdd: operator.pos, ast.Mod: operator.mod,
}  # fmt: skip


class NotSeen(Exception):
    """The value cannot be had without running code of the person's."""


Variables = Mapping[str, object]


def look(expression: ast.AST, variables: Variables) -> Any:
    """The value of an expression.

    Raises
    ------
    NotSeen
        With the part that stands in the way.
    """
    try:
        return _LOOKS[type(expression)](expression, variables)
    except KeyError:
        raise NotSeen(ast.unparse(expression)) from None


def name_of(function: ast.AST) -> str:
    """The last name of what is called."""
    return function.attr if isinstance(function, ast.Attribute) else getattr(function, "id", "")


def is_pure(function: ast.AST, variables: Variables) -> bool:
    """Whether a call's function is one of torch's that only compute: `torch.softmax`, `F.softmax`, ..."""
    if name_of(function) not in PURE:
        return False
    try:
        found = look(function, variables)
    except NotSeen:
        return False
    torch = sys.modules.get("torch")
    owners = () if torch is None else (torch, torch.nn.functional)
    return any(getattr(owner, name_of(function), None) is found for owner in owners)


def arguments(call: ast.Call, variables: Variables, skip: int = 0) -> tuple[list[Any], dict[str, Any]]:
    """The values that a call is given, without the first `skip` ones. Raises `NotSeen`."""
    places: list[Any] = []
    for part in call.args[skip:]:
        if isinstance(part, ast.Starred):
            spread = look(part.value, variables)
            if type(spread) not in (list, tuple):
                raise NotSeen(ast.unparse(part))
            places += spread
        else:
            places.append(look(part, variables))
    named: dict[str, Any] = {}
    for keyword in call.keywords:
        value = look(keyword.value, variables)
        if keyword.arg is not None:
            named[keyword.arg] = value
        elif isinstance(value, (dict, UserDict)):
            named.update(value)
        else:
            raise NotSeen(ast.unparse(keyword.value))
    return places, named


def item(owner: Any, key: Any) -> Any:
    """`owner[key]`, of containers and tensors, as Python's own types would answer. Raises `NotSeen`."""
    owner = owner.data if isinstance(owner, UserDict) else owner
    if _is_key(key):
        try:
            if isinstance(owner, dict):
                # Outputs of transformers are dictionaries whose entries also have places.
                places = type(owner) is not dict and isinstance(key, (int, slice))
                return list(dict.values(owner))[key] if places else dict.__getitem__(owner, key)
            if isinstance(owner, tuple):
                return tuple.__getitem__(owner, key)
            if type(owner) is list or is_array(owner) or _holds_modules(owner):
                return owner[key]
        except (LookupError, TypeError):
            pass
    raise NotSeen("an entry")


def _holds_modules(owner: object) -> bool:
    return is_module(owner) and type(owner).__module__ == "torch.nn.modules.container"


def _is_key(key: Any) -> bool:
    """A key whose comparison and hash are Python's own."""
    if type(key) is tuple:
        return all(map(_is_key, key))
    if type(key) is slice:
        return all(map(_is_key, (key.start, key.stop, key.step)))
    return type(key) in (*PLAIN, type(...)) or is_array(key)


def field(owner: Any, name: str) -> Any:
    """`owner.name`, as it is stored. Raises `NotSeen`."""
    fields = fields_of(owner)
    if name in fields:
        return fields[name]
    if is_array(owner) and name in ATTRIBUTES:
        return getattr(owner, name)
    if isinstance(owner, dict) and dict.__contains__(owner, name):  # the outputs of transformers
        return dict.__getitem__(owner, name)
    if isinstance(owner, tuple) and name in (*getattr(type(owner), "_fields", ()), *_sequence_fields(owner)):
        return getattr(owner, name)
    if isinstance(owner, type(sys)):
        return getattr(owner, name, None)
    raise NotSeen(f".{name}")


def _sequence_fields(owner: tuple[Any, ...]) -> tuple[str, ...]:
    """Of what `max`, `topk` and `sort` of torch answer."""
    return ("values", "indices") if type(owner).__module__ == "torch.return_types" else ()


def _name(node: ast.Name, variables: Variables) -> Any:
    if node.id not in variables:
        raise NotSeen(node.id)
    return variables[node.id]


def _attribute(node: ast.Attribute, variables: Variables) -> Any:
    return field(look(node.value, variables), node.attr)


def _subscript(node: ast.Subscript, variables: Variables) -> Any:
    return item(look(node.value, variables), look(node.slice, variables))


def _slice(node: ast.Slice, variables: Variables) -> slice:
    return slice(*(None if part is None else look(part, variables) for part in (node.lower, node.upper, node.step)))


def _call(node: ast.Call, variables: Variables) -> Any:
    """A method of a tensor, or a function of torch."""
    places, named = arguments(node, variables)
    if is_pure(node.func, variables):
        return look(node.func, variables)(*places, **named)
    if isinstance(node.func, ast.Attribute) and node.func.attr in PURE:
        owner = look(node.func.value, variables)
        if is_array(owner):
            return getattr(owner, node.func.attr)(*places, **named)
    raise NotSeen(ast.unparse(node))


def _binary(node: ast.BinOp, variables: Variables) -> Any:
    return combine(node.op, look(node.left, variables), look(node.right, variables))


def combine(operation: ast.AST, *values: Any) -> Any:
    """An operator over tensors and numbers. Raises `NotSeen`."""
    plain = all(is_array(value) or type(value) in (int, float, bool) for value in values)
    if type(operation) not in _OPERATORS or not plain:
        raise NotSeen(type(operation).__name__)
    return _OPERATORS[type(operation)](*values)


def _dictionary(node: ast.Dict, variables: Variables) -> dict[Any, Any]:
    return {
        None if key is None else look(key, variables): look(value, variables)
        for key, value in zip(node.keys, node.values, strict=True)
    }


_LOOKS: dict[type[ast.AST], Callable[[Any, Variables], Any]] = {
    ast.Constant: lambda node, variables: node.value,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Subscript: _subscript,
    ast.Slice: _slice,
    ast.Call: _call,
    ast.BinOp: _binary,
    ast.UnaryOp: lambda node, variables: combine(node.op, look(node.operand, variables)),
    ast.Tuple: lambda node, variables: tuple(look(part, variables) for part in node.elts),
    ast.List: lambda node, variables: [look(part, variables) for part in node.elts],
    ast.Dict: _dictionary,
}
