"""Models from factories: `file.py:function` or `package.module:function`."""

from __future__ import annotations

import difflib
import importlib
import importlib.util
import inspect
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

from torch import nn

from ..errors import AttributionError, BadModel, UserCodeError
from .foreign import over_arrays
from .model import Model, is_model_of_another_copy


def made_by_factory(spec: str, folder: Path) -> tuple[object, str]:
    """What a factory returns, and the name of the factory.

    Parameters
    ----------
    spec : `path/to/file.py:function`, or `package.module:function`. The function takes no arguments and returns an
        `nn.Module`, a `Model` or a function; a module or `Model` at the top of the file does as well.
    folder : where relative paths start from, and where imports are looked for.

    Raises
    ------
    BadModel
        If there is no such file or function, or it returns something else.
    UserCodeError
        If the file or the factory raises.
    """
    place, _, name = spec.rpartition(":")
    if not place or not name or name.startswith(("/", "\\")):
        raise BadModel(f"'{spec}' names no factory", "Write file.py:function or package.module:function.")
    is_file = place.endswith(".py") or "/" in place or "\\" in place
    path = (folder / Path(place).expanduser()) if is_file else None
    if path is not None and not path.is_file():
        raise BadModel(f"there is no file {path}", "Check the path before the colon.")
    with _importable([folder] if path is None else [path.parent, folder]):
        module = _imported(place) if path is None else _executed(path)
        factory = _member(module, name, place)
        return (factory if _is_model(factory) else _made(factory, name)), name


def _imported(name: str) -> ModuleType:
    try:
        return importlib.import_module(name)
    except (Exception, SystemExit) as error:
        if isinstance(error, ModuleNotFoundError) and error.name and (name + ".").startswith(error.name + "."):
            raise BadModel(f"there is no module '{name}'", "Check the name before the colon.") from None
        raise UserCodeError(f"importing {name} failed", error) from error


def _executed(path: Path) -> ModuleType:
    """Runs a file as a module; as a member of its package where it has one, so that relative imports work."""
    top = path.parent.resolve()
    parts = [path.stem]
    while (top / "__init__.py").is_file():
        parts.insert(0, top.name)
        top = top.parent
    if len(parts) > 1:
        with _importable([top]):
            return _imported(".".join(parts[:-1] if path.stem == "__init__" else parts))
    spec = importlib.util.spec_from_file_location(_free_name(path), path)
    if spec is None or spec.loader is None:
        raise BadModel(f"{path.name} is not a Python file", "Write file.py:function.")
    module = importlib.util.module_from_spec(spec)
    # Pickles and dataclasses look their module up by name.
    sys.modules[spec.name] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[spec.name]
        raise UserCodeError(f"{path.name} failed when it was run", error) from error
    return module


def _free_name(path: Path) -> str:
    """The file's own name, unless a module of another file has it."""
    name, number = path.stem, 1
    while (taken := sys.modules.get(name)) is not None and getattr(taken, "__file__", None) != str(path):
        number += 1
        name = f"{path.stem}_{number}"
    return name


def _member(module: ModuleType, name: str, place: str) -> object:
    try:
        return getattr(module, name)
    except AttributeError:
        own = [key for key, value in vars(module).items() if not key.startswith("_") and _usable(value)]
        near = difflib.get_close_matches(name, own, n=3) or own[:3]
        step = f"Did you mean {' or '.join(near)}?" if near else "It defines no function."
        raise BadModel(f"there is no '{name}' in {place}", step) from None


def _usable(value: object) -> bool:
    return inspect.isfunction(value) or _is_model(value)


def _is_model(value: object) -> bool:
    """Whether it is one as it stands; a plain function is taken for a factory."""
    if isinstance(value, (Model, nn.Module)) or is_model_of_another_copy(value):
        return True
    return not isinstance(value, type) and over_arrays(value) is not None


def _made(factory: object, name: str) -> object:
    if not callable(factory):
        raise BadModel(f"{name} is {_article(factory)}", "Name a function that returns the model.")
    needed = _required(factory)
    if needed:
        raise BadModel(
            f"{name} needs arguments: {', '.join(needed)}", "Write a function without arguments that calls it."
        )
    try:
        return factory()
    except AttributionError:
        raise
    except (Exception, SystemExit) as error:
        raise UserCodeError(f"the factory {name} failed", error) from error


def _required(factory: Callable[..., object]) -> list[str]:
    try:
        parameters = inspect.signature(factory).parameters.values()
    except (TypeError, ValueError):
        return []
    anyway = (inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD)
    return [p.name for p in parameters if p.default is p.empty and p.kind not in anyway]


def _article(value: object) -> str:
    return "None" if value is None else f"a {type(value).__name__}"


@contextmanager
def _importable(folders: list[Path]) -> Iterator[None]:
    """Puts folders in front of `sys.path`, and takes them off again."""
    added = [str(folder.resolve()) for folder in folders]
    sys.path[:0] = added
    try:
        yield
    finally:
        for folder in added:
            if folder in sys.path:
                sys.path.remove(folder)
