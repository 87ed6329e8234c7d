"""Which functions and classes of a module make a model, found by parsing it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from ..protocol import FactoryModel, ModelInfo, SampleKind
from .constructors import MODEL_WRAPPERS, reads
from .module import Module, methods_of, module_of
from .modules import LIBRARIES, Modules
from .names import Node, statements, walk

_CHANGING_DECORATORS = {"abstractmethod", "command", "contextmanager", "fixture", "overload", "property"}
"""Decorators after which a function is no factory any more."""


@dataclass(frozen=True)
class Factory:
    """Something that makes a model when it is called without arguments."""

    name: str
    line: int
    """From 0, of the `def` or `class`."""
    inputs: SampleKind
    rank: int
    """0 where inputs and labels are declared, 1 for other functions, 2 for classes of modules."""

    def model(self, path: str) -> ModelInfo:
        """The model, named by its file's path."""
        ref = FactoryModel("factory", f"{path}:{self.name}")
        return ModelInfo(ref, self.name, path, self.inputs, "source")


def models_in(source: str, path: str) -> list[ModelInfo]:
    """The models that a file's functions and classes make, best first.

    Parameters
    ----------
    path : how the file is named in the models' references.

    Raises
    ------
    NoParso
    """
    return [factory.model(path) for factory in sorted(factories_in(source), key=lambda factory: factory.rank)]


@lru_cache(maxsize=64)
def factories_in(source: str) -> tuple[Factory, ...]:
    """All factories of a module that stands alone, in order. Raises `NoParso`."""
    if not any(library in source for library in LIBRARIES):
        return ()
    return _factories(module_of(source))


def factories_of(path: str, source: str, modules: Modules) -> tuple[Factory, ...]:
    """All factories of a file, also those made by what it imports from its workspace, in order. Raises `NoParso`."""
    if not modules.concerns_models(path, source):
        return ()
    return _factories(module_of(source, path, modules))


def is_factory(module: Module, name: str) -> bool:
    """A function or class of the module makes a model when it is called without arguments."""
    function, cls = module.scope.functions.get(name), module.scope.classes.get(name)
    if function is not None:
        return _needs_no_arguments(function) and _stays_a_function(function) and module.answers_model(function)
    return cls is not None and _makes_itself(module, cls)


def _factories(module: Module) -> tuple[Factory, ...]:
    found = []
    for node in statements(module.tree):
        name = node.name.value if node.type in ("funcdef", "classdef") else "_"
        if name.startswith("_") or not is_factory(module, name):
            continue
        names = module.names_reached(node)
        declared = any(wrapper in names for wrapper in MODEL_WRAPPERS)
        rank = 2 if node.type == "classdef" else 0 if declared else 1
        found.append(Factory(name, node.name.line - 1, reads(names), rank))
    return tuple(found)


def _makes_itself(module: Module, node: Node) -> bool:
    """A class of modules that computes something and is made without arguments."""
    if not module.is_module_class(node.name.value):
        return False
    own, foreign = module.ancestry(node.name.value)
    methods = methods_of(own)
    if "forward" not in methods:
        return False
    if "__init__" in methods:
        return _needs_no_arguments(methods["__init__"], method=True)
    return all(base.rpartition(".")[2] in ("Module", "LightningModule") for base in foreign)


def _needs_no_arguments(function: Node, *, method: bool = False) -> bool:
    params = function.get_params()[1 if method else 0 :]
    return all(param.star_count or param.default is not None for param in params)


def _stays_a_function(function: Node) -> bool:
    words = {leaf.value for decorator in function.get_decorators() for leaf in walk(decorator) if leaf.type == "name"}
    return not words & _CHANGING_DECORATORS
