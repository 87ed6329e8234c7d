"""The JSON Schema."""

from __future__ import annotations

import json
from typing import Any, Literal, get_args, get_origin

from .. import protocol
from .declarations import UNIONS, declared, documentation, is_named_type, is_optional, name_of, own_fields, parent_of

PRIMITIVES: dict[object, dict[str, Any]] = {
    str: {"type": "string"},
    int: {"type": "integer"},
    float: {"type": "number"},
    bool: {"type": "boolean"},
    type(None): {"type": "null"},
    object: {},
}


def schema() -> str:
    """The whole file: types under `$defs`; which of them a method takes and gives under `methods`."""
    docs = documentation()
    definitions: dict[str, Any] = {}
    for name, value in declared():
        if isinstance(value, type):
            definitions[name] = _object(value, docs)
        elif is_named_type(value):
            definitions[name] = _described(_inner(value), docs.get(name))
    whole = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "The heatline protocol",
        "description": "Written by `make codegen` from server/heatline/protocol.py. Do not edit.",
        "$defs": definitions,
        "methods": {
            method: {"params": _type(params), "result": _type(result)}
            for method, (params, result) in protocol.REQUESTS.items()
        },
        "notifications": {method: _type(params) for method, params in protocol.NOTIFICATIONS.items()},
        "errors": protocol.ERROR_CODES,
    }
    return json.dumps(whole, indent=1, ensure_ascii=False) + "\n"


def _object(cls: type, docs: dict[str, str]) -> dict[str, Any]:
    parent = parent_of(cls)
    fields = [*(own_fields(parent) if parent else []), *own_fields(cls)]
    owner = {spec.name: parent if parent and (spec, hint) in own_fields(parent) else cls for spec, hint in fields}
    found: dict[str, Any] = {
        "type": "object",
        "properties": {
            spec.name: _described(_type(hint), docs.get(f"{owner[spec.name].__name__}.{spec.name}"))
            for spec, hint in fields
        },
        "required": [spec.name for spec, _ in fields if not is_optional(spec, cls)],
    }
    return _described(found, docs.get(cls.__name__))


def _described(found: dict[str, Any], doc: str | None) -> dict[str, Any]:
    return {"description": " ".join(doc.split()), **found} if doc else found


def _type(hint: Any) -> dict[str, Any]:
    """A type where it is used: named ones by reference."""
    name = name_of(hint)
    return {"$ref": f"#/$defs/{name}"} if name else _inner(hint)


def _inner(hint: Any) -> dict[str, Any]:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return {"enum": list(arguments)}
    if origin in UNIONS:
        return {"anyOf": [_type(argument) for argument in arguments]}
    if origin is list:
        return {"type": "array", "items": _type(arguments[0])}
    if origin is dict:
        return {"type": "object", "additionalProperties": _type(arguments[1])}
    return PRIMITIVES[hint]
