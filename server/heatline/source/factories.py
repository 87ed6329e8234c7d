"""Which functions and classes of a module make a model, found by parsing it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

from ..protocol import FactoryModel, ModelInfo, SampleKind
from .constructors import MODEL_WRAPPERS, SAME_MODEL, is_model_class, makes_model, reads
from .names import Node, Scope, is_attribute, is_call, parts_of, scope_of, statements, walk

LIBRARIES = ("torch", "heatline", "attribution_core", "timm", "transformers", "lightning")
"""A module that names none of these makes no model."""

_PLAIN = {"None", "bool", "bytes", "dict", "float", "int", "list", "set", "str", "tuple"}
_CHANGING_DECORATORS = {"abstractmethod", "command", "contextmanager", "fixture", "overload", "property"}
"""Decorators after which a function is no factory any more."""

_DEEPEST = 12


class NoParso(ImportError):
    """parso, which the search for models needs, is not installed here."""


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
    """All factories of a module, in order. Raises `NoParso`."""
    if not any(library in source for library in LIBRARIES):
        return ()
    try:
        from parso.grammar import load_grammar
    except ImportError as error:
        raise NoParso(f"models cannot be looked for: {error}. Install it with 'pip install parso'.") from None
    # Neither cached on disk nor kept in parso's memory: what we keep is the answer.
    return _Search(load_grammar().parse(source)).factories()


class _Search:
    """The search through one parsed module."""

    def __init__(self, module: Node) -> None:
        self._module = module
        self._scope = scope_of(module)

    def factories(self) -> tuple[Factory, ...]:
        found = []
        for node in statements(self._module):
            name = node.name.value if node.type in ("funcdef", "classdef") else "_"
            if name.startswith("_"):
                continue
            if node.type == "funcdef":
                if not (_needs_no_arguments(node) and _stays_a_function(node) and self._answers_model(node)):
                    continue
                names = self._names_reached(node)
                declared = any(wrapper in names for wrapper in MODEL_WRAPPERS)
                rank = 0 if declared else 1
            elif self._makes_itself(node):
                names, rank = self._names_reached(node), 2
            else:
                continue
            found.append(Factory(name, node.name.line - 1, reads(names), rank))
        return tuple(found)

    # ------------------------------------------------------------ functions

    def _answers_model(self, function: Node, depth: int = 0) -> bool:
        """A function is annotated with a model, or returns one."""
        if depth > _DEEPEST or function.is_generator() or function.parent.type in ("async_stmt", "async_funcdef"):
            return False
        scope = scope_of(function, self._scope)
        if function.annotation is not None:
            annotated = self._annotates_model(function.annotation)
            if annotated is not None:
                return annotated
        return any(
            statement.children[0].value == "return" and self._is_model(statement.children[1], scope, depth + 1)
            for statement in function.iter_return_stmts()
            if len(getattr(statement, "children", ())) > 1
        )

    def _annotates_model(self, annotation: Node) -> bool | None:
        """None where the annotation does not tell."""
        if annotation.type == "string":
            from parso.grammar import load_grammar

            annotation = load_grammar().parse(annotation.value.strip("'\"")).children[0]
        parts = parts_of(annotation)
        name = self._scope.qualified(parts)
        if name is not None:
            if is_model_class(name):
                return True
            return False if name == "torch.Tensor" else None
        if len(parts) == 1 and parts[0].type == "name" and parts[0].value in self._scope.classes:
            return self._is_module_class(parts[0].value)
        return False if getattr(parts[0], "value", None) in _PLAIN else None

    def _is_model(self, expression: Node, scope: Scope, depth: int) -> bool:
        """An expression's value is a model."""
        if depth > _DEEPEST:
            return False
        kind = expression.type
        if kind == "name":
            owner = scope.owner(expression.value)
            values = owner.values.get(expression.value, []) if owner else []
            return any(self._is_model(value, scope, depth + 1) for value in values)
        if kind == "test":
            return any(self._is_model(expression.children[i], scope, depth + 1) for i in (0, -1))
        if kind == "namedexpr_test":
            return self._is_model(expression.children[-1], scope, depth + 1)
        if kind == "atom" and len(expression.children) == 3 and expression.children[0].value == "(":
            return self._is_model(expression.children[1], scope, depth + 1)
        return self._is_model_call(parts_of(expression), scope, depth)

    def _is_model_call(self, parts: list[Node], scope: Scope, depth: int) -> bool:
        if len(parts) < 2 or not is_call(parts[-1]):
            return False
        callee = parts[:-1]
        name = scope.qualified(callee)
        if name is not None and makes_model(name):
            return True
        if len(callee) == 1 and callee[0].type == "name":
            owner = scope.owner(callee[0].value)
            if owner is None:
                return False
            if callee[0].value in owner.classes:
                return self._is_module_class(callee[0].value)
            function = owner.functions.get(callee[0].value)
            return function is not None and self._answers_model(function, depth + 1)
        method = callee[-1].children[1].value if is_attribute(callee[-1]) else ""
        if method in SAME_MODEL:
            owner_parts = callee[:-1]
            if len(owner_parts) == 1:
                return self._is_model(owner_parts[0], scope, depth + 1)
            return self._is_model_call(owner_parts, scope, depth + 1)
        if method == "from_pretrained" and callee[0].type == "name":
            return self._is_module_class(callee[0].value)
        return False

    # ------------------------------------------------------------ classes

    def _is_module_class(self, name: str) -> bool:
        """A class of this file derives from a module."""
        return any(is_model_class(base) for base in self._ancestry(name)[1])

    def _ancestry(self, name: str) -> tuple[list[Node], list[str]]:
        """The class and its bases defined in this file, in order; and the full names of the others."""
        own: list[Node] = []
        foreign: list[str] = []
        waiting = [name]
        while waiting:
            node = self._scope.classes.get(waiting.pop(0))
            if node is None or node in own:
                continue
            own.append(node)
            for base in _bases(node):
                full = self._scope.qualified(parts_of(base))
                if full is not None:
                    foreign.append(full)
                elif base.type == "name":
                    waiting.append(base.value)
        return own, foreign

    def _makes_itself(self, node: Node) -> bool:
        """A class of modules that computes something and is made without arguments."""
        if not self._is_module_class(node.name.value):
            return False
        own, foreign = self._ancestry(node.name.value)
        methods: dict[str, Node] = {}
        for cls in own:
            for statement in statements(cls):
                if statement.type == "funcdef":
                    methods.setdefault(statement.name.value, statement)
        if "forward" not in methods:
            return False
        if "__init__" in methods:
            return _needs_no_arguments(methods["__init__"], method=True)
        return all(base.rpartition(".")[2] in ("Module", "LightningModule") for base in foreign)

    # ------------------------------------------------------------ inputs

    def _names_reached(self, start: Node) -> set[str]:
        """The full names of what a definition uses, also by way of other definitions of the file."""
        names: set[str] = set()
        seen: list[Node] = []
        waiting = [start]
        while waiting:
            definition = waiting.pop()
            if definition in seen:
                continue
            seen.append(definition)
            scope = scope_of(definition, self._scope)
            arguments = {node.name.value for node in walk(definition) if node.type == "param"}
            for node in walk(definition):
                if node.type != "name" or node.value in arguments or is_attribute(node.parent):
                    continue
                owner = scope.owner(node.value)
                if owner is None:
                    continue
                local = owner.functions.get(node.value) or owner.classes.get(node.value)
                if local is not None:
                    waiting.append(local)
                elif node.value in owner.imports:
                    names.add(_longest_name(node, scope))
        return names


def _longest_name(name: Node, scope: Scope) -> str:
    """The full name of a name with the attributes that follow it."""
    siblings = name.parent.children
    parts = [name]
    if name.parent.type in ("atom_expr", "power") and siblings[0] is name:
        for trailer in siblings[1:]:
            if not is_attribute(trailer):
                break
            parts.append(trailer)
    return scope.qualified(parts) or str(name.value)


def _bases(node: Node) -> list[Node]:
    arguments = node.get_super_arglist()
    if arguments is None:
        return []
    return list(arguments.children) if arguments.type == "arglist" else [arguments]


def _needs_no_arguments(function: Node, *, method: bool = False) -> bool:
    params = function.get_params()[1 if method else 0 :]
    return all(param.star_count or param.default is not None for param in params)


def _stays_a_function(function: Node) -> bool:
    words = {leaf.value for decorator in function.get_decorators() for leaf in walk(decorator) if leaf.type == "name"}
    return not words & _CHANGING_DECORATORS
