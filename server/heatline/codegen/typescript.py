"""The TypeScript types."""

from __future__ import annotations

import json
from typing import Any, Literal, get_args, get_origin

from .. import protocol
from .._version import __version__
from .declarations import UNIONS, declared, documentation, is_named_type, is_optional, name_of, own_fields, parent_of

PRIMITIVES = {str: "string", int: "number", float: "number", bool: "boolean", type(None): "null", object: "unknown"}


def typescript() -> str:
    """The whole TypeScript file."""
    docs = documentation()
    parts = [
        "// Written by `make codegen` from server/heatline/protocol.py. Do not edit.",
        f"export const VERSION = {json.dumps(__version__)};",
    ]
    for name, value in declared():
        if isinstance(value, type):
            parts.append(_interface(value, docs))
        elif isinstance(value, (str, int, dict)):
            parts.append(_comment(docs.get(name)) + f"export const {name} = {json.dumps(value, indent=2)} as const;")
        elif is_named_type(value):
            parts.append(_comment(docs.get(name)) + f"export type {name} = {_inner(value)};")
    parts.append(_table("Requests", docs.get("REQUESTS"), protocol.REQUESTS))
    parts.append(_table("Notifications", docs.get("NOTIFICATIONS"), protocol.NOTIFICATIONS))
    return "\n\n".join(parts) + "\n"


def _comment(text: str | None, indent: str = "") -> str:
    if not text:
        return ""
    first, *more = text.splitlines()
    return "\n".join([f"{indent}/** {first}", *(f"{indent} * {line}".rstrip() for line in more)]) + " */\n"


def _interface(cls: type, docs: dict[str, str]) -> str:
    parent = parent_of(cls)
    extends = f" extends {parent.__name__}" if parent else ""
    lines = [_comment(docs.get(cls.__name__)) + f"export interface {cls.__name__}{extends} {{"]
    for spec, hint in own_fields(cls):
        doc = docs.get(f"{cls.__name__}.{spec.name}", "")
        optional = "?" if is_optional(spec, cls) else ""
        lines.append(_comment(doc, "  ") + f"  {spec.name}{optional}: {_type(hint)};")
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
    """A type where it is used: named ones by their name."""
    return name_of(hint) or _inner(hint)


def _inner(hint: Any) -> str:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return " | ".join(json.dumps(value) for value in arguments)
    if origin in UNIONS:
        return " | ".join(_type(argument) for argument in arguments)
    if origin is list:
        inner = _type(arguments[0])
        return f"({inner})[]" if " " in inner else f"{inner}[]"
    if origin is dict:
        return f"Record<string, {_type(arguments[1])}>"
    return PRIMITIVES[hint]
