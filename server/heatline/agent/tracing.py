"""From the name of a prediction to the calls of live models that may have made it, by what the text says."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import torch

from ..source.assignments import END, History
from .kinds import is_array
from .looking import PURE, NotSeen, Variables, arguments, combine, is_pure, item, look, name_of
from .looking import field as field_of
from .recompute import Step
from .variables import is_heatline_model, is_module

DEEPEST = 24
OUTPUT_LAYERS = ("Softmax", "LogSoftmax", "Sigmoid", "Flatten", "Identity")


@dataclass
class Origin:
    """A call of a live model."""

    call: ast.Call
    module: Any
    model: ast.expr
    """What is called, as it is written."""
    place: int
    """Of the binding in the history."""
    statement: str
    autocast: bool
    steps: list[Step] = field(default_factory=list)
    """What is done with the module's output until it is the prediction, in order."""


class Tracer:
    """Follows names through a history.

    Parameters
    ----------
    variables : name -> object, as they are now.
    """

    def __init__(self, history: History, variables: Variables) -> None:
        self._history = history
        self._variables = variables

    def origins(self, name: str) -> Iterator[Origin]:
        """The calls that may have made a prediction, the most probable first."""
        yield from self._follow(ast.parse(name, mode="eval").body, END, "", False, 0)

    def _follow(self, node: ast.expr, before: int, statement: str, autocast: bool, depth: int) -> Iterator[Origin]:
        if depth > DEEPEST:
            return
        if isinstance(node, (ast.Name, ast.Attribute)):
            places = self._history.candidates(ast.unparse(node), before)
            for place in places:
                binding = self._history.bindings[place]
                if binding.value is not None:
                    text, cast = statement or binding.text, autocast or binding.autocast
                    yield from self._follow(binding.value, place, text, cast, depth + 1)
            if places:
                return
        inner, step = self._spine(node, before)
        if inner is None:
            return
        if step is None:
            assert isinstance(node, ast.Call)
            yield Origin(node, self._module(node.func), _called(node.func), before, statement, autocast)
            return
        for origin in self._follow(inner, before, statement, autocast, depth + 1):
            origin.steps.append(step)
            yield origin

    def _spine(self, node: ast.expr, before: int) -> tuple[ast.expr | None, Step | None]:
        """(the part that leads on to the model, what is done with its value); a step of None for a model's call."""
        if isinstance(node, ast.NamedExpr):
            return node.value, lambda value: value
        if isinstance(node, ast.Attribute):
            name = node.attr
            return node.value, lambda value: field_of(value, name)
        if isinstance(node, ast.Subscript):
            key = self._seen(node.slice)
            return (None, None) if key is None else (node.value, lambda value: item(value, key[0]))
        if isinstance(node, ast.BinOp):
            return self._operation(node)
        if isinstance(node, ast.Call):
            return self._spine_of_call(node)
        return None, None

    def _spine_of_call(self, node: ast.Call) -> tuple[ast.expr | None, Step | None]:
        module = self._module(node.func)
        if module is not None and not _is_plain_layer(module):
            return node.func, None
        method = node.func.attr if isinstance(node.func, ast.Attribute) else ""
        function = module if module is not None else None
        if function is None and is_pure(node.func, self._variables):
            function = look(node.func, self._variables)
        try:
            places, named = arguments(node, self._variables, skip=0 if function is None else 1)
        except NotSeen:
            return None, None
        if function is not None and node.args:
            return node.args[0], lambda value: function(value, *places, **named)
        if isinstance(node.func, ast.Attribute) and method in PURE:
            return node.func.value, lambda value: _method(value, method)(*places, **named)
        return None, None

    def _operation(self, node: ast.BinOp) -> tuple[ast.expr | None, Step | None]:
        """One side of an operator leads to the model, the other is a number or a tensor."""
        right = self._seen(node.right)
        if right is not None:
            return node.left, lambda value: combine(node.op, value, right[0])
        left = self._seen(node.left)
        if left is not None:
            return node.right, lambda value: combine(node.op, left[0], value)
        return None, None

    def _seen(self, node: ast.expr) -> tuple[Any] | None:
        try:
            return (look(node, self._variables),)
        except NotSeen:
            return None

    def _module(self, function: ast.expr) -> Any:
        """The live module that is called; None where it is something else."""
        if isinstance(function, ast.Call) and name_of(function.func) in OUTPUT_LAYERS:
            return self._made_in_place(function)
        try:
            found = look(_called(function), self._variables)
        except NotSeen:
            return None
        return found if is_module(found) else None

    def _made_in_place(self, layer: ast.Call) -> Any:
        """The layer of `nn.Softmax(1)(model(x))`."""
        try:
            kind = look(layer.func, self._variables)
            places, named = arguments(layer, self._variables)
        except NotSeen:
            return None
        return kind(*places, **named) if kind is getattr(torch.nn, name_of(layer.func)) else None


def sample_of(call: ast.Call, parameters: list[str]) -> ast.expr:
    """What a model was given, as one expression: its one argument, or several by name.

    Parameters
    ----------
    parameters : the names of the model's own.
    """
    if len(call.args) == 1 and not call.keywords:
        return call.args[0].value if isinstance(call.args[0], ast.Starred) else call.args[0]
    if not call.args and len(call.keywords) == 1:
        keyword = call.keywords[0]
        return keyword.value if keyword.arg is None else ast.Dict([ast.Constant(keyword.arg)], [keyword.value])
    if not call.keywords or len(parameters) < len(call.args):
        return ast.Tuple(list(call.args), ast.Load())
    keys = [ast.Constant(name) for name in parameters[: len(call.args)]]
    keys += [ast.Constant(keyword.arg) for keyword in call.keywords]
    return ast.Dict(list(keys), [*call.args, *(keyword.value for keyword in call.keywords)])


def names_in(node: ast.AST) -> set[str]:
    """Every name and dotted name in an expression."""
    return {ast.unparse(part) for part in ast.walk(node) if isinstance(part, (ast.Name, ast.Attribute))}


def _called(function: ast.expr) -> ast.expr:
    """`net` of `net.forward`."""
    if isinstance(function, ast.Attribute) and function.attr in ("forward", "__call__"):
        return function.value
    return function


def _is_plain_layer(module: Any) -> bool:
    """A function in the shape of a layer, such as `nn.Softmax(1)` or a loss: it leads on to the model before it."""
    own = type(module).__module__.startswith("torch.nn") and not is_heatline_model(module)
    return own and not any(True for _ in module.parameters()) and not any(True for _ in module.children())


def _method(value: Any, name: str) -> Any:
    if not is_array(value):
        raise NotSeen(f".{name}")
    return getattr(value, name)
