"""The protocol's declarations, as its source has them: in order, with the docstrings that stand below each field."""

from __future__ import annotations

import ast
import dataclasses
import functools
import inspect
import itertools
import types
import typing
from collections.abc import Iterator
from typing import Any, Literal, Union, get_args, get_origin

from .. import protocol

TABLES = ("REQUESTS", "NOTIFICATIONS")
UNIONS = (Union, types.UnionType)


@functools.cache
def _tree() -> ast.Module:
    return ast.parse(inspect.getsource(protocol))


def declared() -> Iterator[tuple[str, Any]]:
    """(name, value) of every dataclass, constant and named type, in the order of declaration."""
    for node in _tree().body:
        name = node.name if isinstance(node, ast.ClassDef) else _assigned(node)
        if name is not None and name not in TABLES:
            yield name, getattr(protocol, name)


@functools.cache
def documentation() -> dict[str, str]:
    """`Class`, `Class.field` and `CONSTANT` -> the string that follows or opens it."""
    found: dict[str, str] = {}
    bodies: list[tuple[str, list[ast.stmt]]] = [("", _tree().body)]
    for node in _tree().body:
        if isinstance(node, ast.ClassDef):
            found[node.name] = ast.get_docstring(node) or ""
            bodies.append((f"{node.name}.", node.body))
    for prefix, body in bodies:
        for node, following in itertools.pairwise(body):
            name = _assigned(node)
            if name and isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant):
                found[prefix + name] = inspect.cleandoc(str(following.value.value))
    return found


def _assigned(node: ast.stmt) -> str | None:
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return node.target.id
    return None


def is_named_type(value: object) -> bool:
    """Whether a module-level value is a union or a literal type."""
    return get_origin(value) in (*UNIONS, Literal)


def name_of(hint: Any) -> str | None:
    """The name that the protocol gives to a type: a dataclass's, a union's or a literal's; None where it has none."""
    if isinstance(hint, type) and dataclasses.is_dataclass(hint):
        return hint.__name__
    for name, value in vars(protocol).items():
        if not name.startswith("_") and is_named_type(value) and value == hint:
            return name
    return None


def own_fields(cls: type) -> list[tuple[dataclasses.Field[Any], Any]]:
    """(field, type) of what a dataclass itself declares, without what it inherits."""
    parent = parent_of(cls)
    inherited = {spec.name for spec in dataclasses.fields(parent)} if parent else set()
    hints = typing.get_type_hints(cls)
    return [(spec, hints[spec.name]) for spec in dataclasses.fields(cls) if spec.name not in inherited]


def parent_of(cls: type) -> Any:
    """The dataclass that a dataclass extends; None where it extends none."""
    base = cls.__bases__[0]
    return base if dataclasses.is_dataclass(base) else None


def is_optional(spec: dataclasses.Field[Any], cls: type) -> bool:
    """Whether a field of a dataclass may be left out: clients may where it has a default; what the agent sends is
    always whole."""
    has_default = spec.default is not dataclasses.MISSING or spec.default_factory is not dataclasses.MISSING
    return has_default and cls in _sent_by_clients()


@functools.cache
def _sent_by_clients() -> frozenset[type]:
    """The dataclasses that are part of some request."""
    found: set[type] = set()

    def visit(hint: Any) -> None:
        for argument in get_args(hint):
            visit(argument)
        if isinstance(hint, type) and dataclasses.is_dataclass(hint) and hint not in found:
            found.add(hint)
            visit(parent_of(hint))
            for _, own in own_fields(hint):
                visit(own)

    for params, _ in protocol.REQUESTS.values():
        visit(params)
    return frozenset(found)
