"""A parsed module, and what of it is a model: also by way of other modules of the workspace."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from .constructors import SAME_MODEL, is_model_class, makes_model
from .modules import Modules
from .names import Node, Scope, is_attribute, is_call, parts_of, scope_of, statements, walk

_PLAIN = {"None", "bool", "bytes", "dict", "float", "int", "list", "set", "str", "tuple"}
_DEEPEST = 12


class NoParso(ImportError):
    """parso, which the search for models needs, is not installed here."""


class Module:
    """One module's tree and names. Made by `module_of`.

    Parameters
    ----------
    tree : parso's.
    path : of its file; empty where it has none.
    modules : the workspace in which its imports are followed; None follows none.
    """

    def __init__(self, tree: Node, path: str, modules: Modules | None) -> None:
        self.tree = tree
        self.path = path
        self.modules = modules
        self.scope = scope_of(tree)

    # ------------------------------------------------------------ other modules

    def linked(self, name: str, depth: int = 0) -> tuple[Module, str] | None:
        """The module of the workspace in which a full name is defined, and what it is called there."""
        if self.modules is None or not self.path or depth > _DEEPEST:
            return None
        for file, rest in self.modules.resolve(name, self.path):
            if len(rest) != 1:
                continue
            other = self._other(file, self.modules)
            if rest[0] in other.scope.imports:  # a package often hands on what its modules define
                return other.linked(other.scope.imports[rest[0]], depth + 1)
            if other.scope.owner(rest[0]) is not None:
                return other, rest[0]
        return None

    @staticmethod
    def _other(file: str, modules: Modules) -> Module:
        text = modules.text(file)  # noted as used, each time
        if file not in modules.parsed:
            modules.parsed[file] = module_of(text, file, modules)
        return modules.parsed[file]

    # ------------------------------------------------------------ definitions

    def makes(self, name: str, depth: int = 0) -> bool:
        """A call of what the module calls so answers a model."""
        if name in self.scope.classes:
            return self.is_module_class(name)
        function = self.scope.functions.get(name)
        return function is not None and self.answers_model(function, depth)

    def answers_model(self, function: Node, depth: int = 0) -> bool:
        """A function is annotated with a model, or returns one."""
        if depth > _DEEPEST or function.is_generator() or function.parent.type in ("async_stmt", "async_funcdef"):
            return False
        scope = scope_of(function, self.scope)
        if function.annotation is not None:
            annotated = self._annotates_model(function.annotation)
            if annotated is not None:
                return annotated
        return any(
            statement.children[0].value == "return" and self.is_model(statement.children[1], scope, depth + 1)
            for statement in function.iter_return_stmts()
            if len(getattr(statement, "children", ())) > 1
        )

    def is_module_class(self, name: str) -> bool:
        """A class of this module derives from `nn.Module`."""
        return any(is_model_class(base) for base in self.ancestry(name)[1])

    def ancestry(self, name: str) -> tuple[list[Node], list[str]]:
        """The class and its bases defined in the workspace, in order; and the full names of the others."""
        own: list[Node] = []
        foreign: list[str] = []
        waiting: list[tuple[Module, str]] = [(self, name)]
        while waiting:
            module, local = waiting.pop(0)
            node = module.scope.classes.get(local)
            if node is None or node in own:
                continue
            own.append(node)
            for base in _bases(node):
                full = module.scope.qualified(parts_of(base))
                elsewhere = module.linked(full) if full is not None else None
                if elsewhere is not None:
                    waiting.append(elsewhere)
                elif full is not None:
                    foreign.append(full)
                elif base.type == "name":
                    waiting.append((module, base.value))
        return own, foreign

    def _annotates_model(self, annotation: Node) -> bool | None:
        """None where the annotation does not tell."""
        if annotation.type == "string":
            annotation = _parsed(annotation.value.strip("'\"")).children[0]
        parts = parts_of(annotation)
        name = self.scope.qualified(parts)
        if name is not None:
            if is_model_class(name):
                return True
            elsewhere = self.linked(name)
            if elsewhere is not None and elsewhere[1] in elsewhere[0].scope.classes:
                return elsewhere[0].is_module_class(elsewhere[1])
            return False if name == "torch.Tensor" else None
        if len(parts) == 1 and parts[0].type == "name" and parts[0].value in self.scope.classes:
            return self.is_module_class(parts[0].value)
        return False if getattr(parts[0], "value", None) in _PLAIN else None

    # ------------------------------------------------------------ expressions

    def is_model(self, expression: Node, scope: Scope, depth: int = 0) -> bool:
        """An expression's value is a model."""
        if depth > _DEEPEST:
            return False
        kind = expression.type
        if kind == "name":
            owner = scope.owner(expression.value)
            if owner is not None and expression.value in owner.imports:
                elsewhere = self.linked(owner.imports[expression.value])
                return elsewhere is not None and elsewhere[0].holds_model(elsewhere[1], depth + 1)
            values = owner.values.get(expression.value, []) if owner else []
            return any(self.is_model(value, scope, depth + 1) for value in values)
        if kind == "test":
            return any(self.is_model(expression.children[i], scope, depth + 1) for i in (0, -1))
        if kind == "namedexpr_test":
            return self.is_model(expression.children[-1], scope, depth + 1)
        if kind == "atom" and len(expression.children) == 3 and expression.children[0].value == "(":
            return self.is_model(expression.children[1], scope, depth + 1)
        return self.is_model_call(parts_of(expression), scope, depth)

    def holds_model(self, name: str, depth: int = 0) -> bool:
        """A variable of this module is a model."""
        return any(self.is_model(value, self.scope, depth + 1) for value in self.scope.values.get(name, []))

    def is_model_call(self, parts: list[Node], scope: Scope, depth: int = 0) -> bool:
        """A call's answer is a model; `parts` are an atom and its trailers, the last of them the call."""
        if len(parts) < 2 or not is_call(parts[-1]):
            return False
        callee = parts[:-1]
        name = scope.qualified(callee)
        if name is not None:
            if makes_model(name):
                return True
            elsewhere = self.linked(name)
            if elsewhere is not None:
                return elsewhere[0].makes(elsewhere[1], depth + 1)
        if len(callee) == 1 and callee[0].type == "name":
            owner = scope.owner(callee[0].value)
            if owner is None:
                return False
            if callee[0].value in owner.classes:
                return self.is_module_class(callee[0].value)
            function = owner.functions.get(callee[0].value)
            return function is not None and self.answers_model(function, depth + 1)
        method = callee[-1].children[1].value if is_attribute(callee[-1]) else ""
        if method in SAME_MODEL:
            owner_parts = callee[:-1]
            if len(owner_parts) == 1:
                return self.is_model(owner_parts[0], scope, depth + 1)
            return self.is_model_call(owner_parts, scope, depth + 1)
        if method == "from_pretrained" and callee[0].type == "name":
            return self.is_module_class(callee[0].value)
        return False

    # ------------------------------------------------------------ names

    def names_reached(self, start: Node) -> set[str]:
        """The full names of what a definition uses, also by way of other definitions of the workspace."""
        names: set[str] = set()
        seen: list[Node] = []
        waiting: list[tuple[Module, Node]] = [(self, start)]
        while waiting:
            module, definition = waiting.pop()
            if definition in seen:
                continue
            seen.append(definition)
            for name, local in module._names_in(definition):
                elsewhere = module.linked(name) if local is None else None
                if elsewhere is not None:
                    other, called = elsewhere
                    found = other.scope.functions.get(called) or other.scope.classes.get(called)
                    values = [found] if found is not None else other.scope.values.get(called, [])
                    waiting += [(other, value) for value in values]
                elif local is not None:
                    waiting.append((module, local))
                else:
                    names.add(name)
        return names

    def _names_in(self, definition: Node) -> Iterator[tuple[str, Node | None]]:
        """The full names in a definition; with the definition of those that this module defines."""
        scope = scope_of(definition, self.scope)
        arguments = {node.name.value for node in walk(definition) if node.type == "param"}
        for node in walk(definition):
            if node.type != "name" or node.value in arguments or is_attribute(node.parent):
                continue
            owner = scope.owner(node.value)
            if owner is None:
                continue
            local = owner.functions.get(node.value) or owner.classes.get(node.value)
            if local is not None:
                yield node.value, local
            elif node.value in owner.imports:
                yield _longest_name(node, scope), None


def module_of(source: str, path: str = "", modules: Modules | None = None) -> Module:
    """A module of program text, also while it is being typed.

    Raises
    ------
    NoParso
    """
    return Module(_parsed(source), path, modules)


@lru_cache(maxsize=16)
def _parsed(source: str) -> Any:
    try:
        from parso.grammar import load_grammar
    except ImportError as error:
        raise NoParso(f"models cannot be looked for: {error}. Install it with 'pip install parso'.") from None
    # Neither cached on disk nor kept in parso's memory: the trees of a few files are kept here.
    return load_grammar().parse(source)


def methods_of(classes: list[Node]) -> dict[str, Node]:
    """The methods of a class and its bases, the nearest of each name."""
    methods: dict[str, Node] = {}
    for cls in classes:
        for statement in statements(cls):
            if statement.type == "funcdef":
                methods.setdefault(statement.name.value, statement)
    return methods


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
