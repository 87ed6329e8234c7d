"""Writes `extension/protocol/src/index.ts` from `protocol.py`: `python -m heatline.codegen [--check] ROOT`."""

from __future__ import annotations

import argparse
import ast
import dataclasses
import inspect
import itertools
import json
import sys
import types
import typing
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

from . import protocol
from ._version import __version__

TARGET = Path("extension/protocol/src/index.ts")
PRIMITIVES = {str: "string", int: "number", float: "number", bool: "boolean", type(None): "null", object: "unknown"}


def typescript() -> str:
    """The whole TypeScript file."""
    tree = ast.parse(inspect.getsource(protocol))
    docs = _docstrings(tree)
    parts = [
        "// Written by `make codegen` from server/heatline/protocol.py. Do not edit.",
        f"export const VERSION = {json.dumps(__version__)};",
    ]
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            parts.append(_interface(getattr(protocol, node.name), docs))
        elif (name := _assigned(node)) is not None:
            value = getattr(protocol, name)
            if isinstance(value, (str, int, dict)) and name not in ("REQUESTS", "NOTIFICATIONS"):
                constant = json.dumps(value, indent=2)
                parts.append(_comment(docs.get(name)) + f"export const {name} = {constant} as const;")
            elif get_origin(value) in (Union, types.UnionType, Literal):
                parts.append(_comment(docs.get(name)) + f"export type {name} = {_inner(value)};")
    parts.append(_table("Requests", docs.get("REQUESTS"), protocol.REQUESTS))
    parts.append(_table("Notifications", docs.get("NOTIFICATIONS"), protocol.NOTIFICATIONS))
    return "\n\n".join(parts) + "\n"


def _assigned(node: ast.stmt) -> str | None:
    if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
        return node.targets[0].id
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return node.target.id
    return None


def _docstrings(tree: ast.Module) -> dict[str, str]:
    """`Class`, `Class.field` and `CONSTANT` -> the string that follows or opens it."""
    found: dict[str, str] = {}
    bodies: list[tuple[str, list[ast.stmt]]] = [("", tree.body)]
    for node in tree.body:
        if isinstance(node, ast.ClassDef):
            found[node.name] = ast.get_docstring(node) or ""
            bodies.append((f"{node.name}.", node.body))
    for prefix, body in bodies:
        for node, following in itertools.pairwise(body):
            name = _assigned(node)
            if name and isinstance(following, ast.Expr) and isinstance(following.value, ast.Constant):
                found[prefix + name] = inspect.cleandoc(str(following.value.value))
    return found


def _comment(text: str | None, indent: str = "") -> str:
    if not text:
        return ""
    return f"{indent}/** " + f"\n{indent} * ".join(text.splitlines()) + " */\n"


def _interface(cls: type, docs: dict[str, str]) -> str:
    doc = docs.get(cls.__name__, "")
    lines = [_comment(doc) + f"export interface {cls.__name__} {{"]
    hints = typing.get_type_hints(cls)
    for spec in dataclasses.fields(cls):
        required = spec.default is dataclasses.MISSING and spec.default_factory is dataclasses.MISSING
        doc = docs.get(f"{cls.__name__}.{spec.name}", "")
        # What Python fills in when it reads a request, it always writes in a result.
        optional = "" if required or not cls.__name__.endswith("Params") else "?"
        lines.append(_comment(doc, "  ") + f"  {spec.name}{optional}: {_type(hints[spec.name])};")
    return "\n".join([*lines, "}"])


def _table(name: str, doc: str | None, methods: dict[str, Any]) -> str:
    rows = []
    for method, shape in methods.items():
        if isinstance(shape, tuple):
            rows.append(f"  {json.dumps(method)}: {{ params: {_type(shape[0])}; result: {_type(shape[1])} }};")
        else:
            rows.append(f"  {json.dumps(method)}: {_type(shape)};")
    return _comment(doc) + f"export interface {name} {{\n" + "\n".join(rows) + "\n}"


def _type(hint: Any) -> str:
    """A type where it is used: named unions and literals by their name."""
    for name, value in vars(protocol).items():
        if not name.startswith("_") and get_origin(value) in (Union, Literal) and value == hint:
            return name
    return _inner(hint)


def _inner(hint: Any) -> str:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return " | ".join(json.dumps(value) for value in arguments)
    if origin in (Union, types.UnionType):
        return " | ".join(_type(argument) for argument in arguments)
    if origin is list:
        inner = _type(arguments[0])
        return f"({inner})[]" if " " in inner else f"{inner}[]"
    if origin is dict:
        return f"Record<string, {_type(arguments[1])}>"
    if hint in PRIMITIVES:
        return PRIMITIVES[hint]
    return str(hint.__name__)


def main(arguments: list[str] | None = None) -> int:
    """Writes the file below ROOT, or with `--check` says whether it is stale (exit code 1)."""
    parser = argparse.ArgumentParser(prog="python -m heatline.codegen", description=__doc__)
    parser.add_argument("root", type=Path)
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 where the file is stale")
    options = parser.parse_args(arguments)
    target: Path = options.root / TARGET
    wanted = typescript()
    current = target.read_text(encoding="utf-8") if target.exists() else ""
    if current == wanted:
        return 0
    if options.check:
        print(f"{TARGET} is stale: run `make codegen`", file=sys.stderr)
        return 1
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(wanted, encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
