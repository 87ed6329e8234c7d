"""What names in a module stand for: imports followed through their aliases, and local definitions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TypeAlias

Node: TypeAlias = Any
"""A node or leaf of parso's tree; parso declares no types for what they hold."""

_STATEMENTS = ("funcdef", "classdef", "import_name", "import_from", "expr_stmt")


@dataclass
class Scope:
    """What the statements of a module or a function bind, not counting scopes within."""

    outer: Scope | None = None
    imports: dict[str, str] = field(default_factory=dict)
    """Name -> what it stands for, in full: `nn` -> `torch.nn`."""
    functions: dict[str, Node] = field(default_factory=dict)
    classes: dict[str, Node] = field(default_factory=dict)
    values: dict[str, list[Node]] = field(default_factory=dict)
    """Name -> the right sides of its assignments."""

    def owner(self, name: str) -> Scope | None:
        """The innermost scope that binds a name."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.imports or name in scope.functions or name in scope.classes or name in scope.values:
                return scope
            scope = scope.outer
        return None

    def qualified(self, parts: list[Node]) -> str | None:
        """The full name of `a.b.c`, whose base is imported; None for anything else.

        parts : an atom and its trailers.
        """
        if not parts or parts[0].type != "name":
            return None
        owner = self.owner(parts[0].value)
        base = owner.imports.get(parts[0].value) if owner else None
        if base is None:
            return None
        names = [base]
        for trailer in parts[1:]:
            if not is_attribute(trailer):
                return None
            names.append(trailer.children[1].value)
        return ".".join(names)


def scope_of(node: Node, outer: Scope | None = None) -> Scope:
    """The scope of a module or a function."""
    scope = Scope(outer)
    if node.type == "funcdef":
        scope.values.update((param.name.value, []) for param in node.get_params())
    for statement in statements(node):
        if statement.type in ("import_name", "import_from"):
            _import(statement, scope)
        elif statement.type == "funcdef":
            scope.functions[statement.name.value] = statement
        elif statement.type == "classdef":
            scope.classes[statement.name.value] = statement
        elif statement.type == "expr_stmt":
            for target in statement.get_defined_names():
                if target.parent is statement or target.parent.type == "annassign":
                    scope.values.setdefault(target.value, []).append(statement.get_rhs())
    return scope


def _import(statement: Node, scope: Scope) -> None:
    leading = "." * statement.level
    if statement.is_star_import():
        return
    names = statement.get_defined_names()
    for path, name in zip(statement.get_paths(), names, strict=True):
        parts = [part.value for part in path]
        renamed = statement.type == "import_from" or any(name is alias for alias in _aliases(statement))
        # `import torch.nn` binds `torch`; `import torch.nn as nn` binds what it names.
        scope.imports[name.value] = leading + ".".join(parts) if renamed else parts[0]


def _aliases(statement: Node) -> list[Node]:
    return [node.children[2] for node in walk(statement) if node.type == "dotted_as_name"]


def statements(scope: Node) -> Iterator[Node]:
    """The statements of a scope, also those in its `if`, `with`, `for` and `try` blocks."""
    for child in getattr(scope, "children", ()):
        if child.type in _STATEMENTS:
            yield child
        elif child.type not in ("lambdef", "parameters", "decorator"):
            yield from statements(child)


def walk(node: Node) -> Iterator[Node]:
    """A node and everything below it."""
    yield node
    for child in getattr(node, "children", ()):
        yield from walk(child)


def parts_of(expression: Node) -> list[Node]:
    """An atom and its trailers."""
    return list(expression.children) if expression.type in ("atom_expr", "power") else [expression]


def is_attribute(trailer: Node) -> bool:
    return bool(trailer.type == "trailer" and trailer.children[0].value == ".")


def is_call(trailer: Node) -> bool:
    return bool(trailer.type == "trailer" and trailer.children[0].value == "(")
