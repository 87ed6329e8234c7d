"""What is within reach of a session's names: the objects themselves, and one step further.

`self.net`, `batch["image"]` and `pair[0]` are found beside `model` and `x`. Only dictionaries and fields are looked
into, the way the interpreter stores them: no property, `__getattr__` or `__repr__` of the person's runs.
"""

from __future__ import annotations

import sys
import types
from collections.abc import Iterator, Mapping

MOST_ITEMS = 32
"""Entries of a dictionary that are looked at."""
MOST_PLACES = 8
"""Places of a list or tuple that are looked at."""

_CLOSED = (types.ModuleType, types.FunctionType, types.BuiltinFunctionType, type, str, bytes, int, float)
_FOREIGN = ("builtins", "torch", "numpy", "pandas", "PIL", "matplotlib", "IPython", "logging", "threading", "typing")
"""Packages whose objects are whole: what is inside of them is not the person's."""


def within_reach(variables: Mapping[str, object]) -> list[tuple[str, object]]:
    """(expression, object), names first; in each group the names that were bound last stand first."""
    names = [(name, value) for name, value in reversed(list(variables.items())) if _is_public(name)]
    inside = [(expression, value) for name, owner in names for expression, value in _inside(name, owner)]
    return [*names, *inside]


def fields_of(value: object) -> Mapping[str, object]:
    """An object's own fields, and a module's children; empty where it has none."""
    try:
        found = object.__getattribute__(value, "__dict__")
    except AttributeError:
        return {}
    if type(found) is not dict:
        return {}
    if is_module(value):
        return {**found.get("_parameters", {}), **found.get("_buffers", {}), **found.get("_modules", {}), **found}
    return found


def is_heatline_model(value: object) -> bool:
    """A `Model` of any copy of attribution_core, the person's installed one or the agent's own, told without torch."""
    kind = type(value)
    return kind.__name__ == "Model" and "attribution_core" in kind.__module__.split(".")


def is_module(value: object) -> bool:
    """Whether it is an `nn.Module`, found without importing torch."""
    torch = sys.modules.get("torch")
    return torch is not None and isinstance(value, torch.nn.Module)


def _is_public(name: str) -> bool:
    return not name.startswith("_") and name not in ("In", "Out")


def _inside(name: str, owner: object) -> Iterator[tuple[str, object]]:
    if type(owner) is dict:
        for key, value in list(owner.items())[:MOST_ITEMS]:
            if type(key) is str:
                yield f"{name}[{key!r}]", value
    elif type(owner) in (list, tuple):
        for place, value in enumerate(owner[:MOST_PLACES]):  # type: ignore[index]
            if not isinstance(value, str):
                yield f"{name}[{place}]", value
    elif _is_open(name, owner):
        fields = fields_of(owner)
        hidden: object = fields.get("_buffers", ()) if is_module(owner) else ()
        for field, value in list(fields.items()):
            if _is_public(field) and field not in hidden:  # type: ignore[operator]
                yield f"{name}.{field}", value


def _is_open(name: str, owner: object) -> bool:
    """A module's layers are its own affair, unless the person stands inside of it."""
    if isinstance(owner, _CLOSED) or is_heatline_model(owner) or type(owner).__module__.partition(".")[0] in _FOREIGN:
        return False
    return name == "self" or not is_module(owner)
