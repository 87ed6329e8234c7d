"""Calls of models, `pred = model(x)`: which factory made the model, and what flows into the call."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from .bindings import BLOCKS, around, attribute_binding, binding, candidates, code_of
from .constructors import SAME_MODEL
from .factories import is_factory
from .literals import literal_at
from .module import Module, module_of
from .modules import Modules
from .names import Node, Scope, is_attribute, is_call, parts_of, scope_of, walk
from .utf16 import Lines
from .values import STRINGS, entries_of, index_behind, known_value

_BY_NAME = ("heatline.load_model", "attribution_core.load_model")
_FILES = {
    "torch.load": (".pt", ".pth", ".ts", ".torchscript"),
    "torch.jit.load": (".pt", ".pth", ".ts", ".torchscript"),
    "torch.export.load": (".pt2",),
}
"""Loaders of whole models, and the endings of files that are named as such."""

_DEEPEST = 12


@dataclass(frozen=True)
class ModelCall:
    """A call of a model."""

    start: int
    """Code points into the source, like all offsets here; of the whole call."""
    end: int
    callee: str
    """What is called, as it is written: `self.net`."""
    spec: str
    """What makes the model: a factory, a file, or a name of pyproject.toml; empty where the source does not say."""
    arguments: tuple[str, ...]
    """The names that stand in the call."""
    names: tuple[str, ...]
    """All names that flow into it, also by way of assignments."""
    literals: tuple[int, ...]
    """Where the string literals begin that flow into it; not the options of other calls, such as `"pt"`."""
    known: dict[int, str] = field(default_factory=dict)
    """Where a formatted literal begins -> its value, as far as every name in it stands for one literal."""
    batch: tuple[int, ...] = ()
    """Of these literals, the entries of the only list of literals that flows in, in order."""
    entry: int | None = None
    """The entry of the prediction that is asked about, as in `pred[1]`."""


def model_call_at(source: str, offset: int, path: str, modules: Modules) -> ModelCall | None:
    """The call of a model that stands around a place, or that made the name there.

    Parameters
    ----------
    offset : code points.
    path : of the file, from which imports start.

    Raises
    ------
    NoParso
    """
    module = module_of(source, path, modules)
    lines = Lines(source, "utf-32")
    line, column = lines.position(offset)
    for at in dict.fromkeys([column, max(column - 1, 0)]):  # a cursor right behind a name still means it
        leaf = module.tree.get_leaf_for_position((line + 1, at))
        if leaf is not None and leaf.type == "name" and leaf.start_pos[1] <= column:
            found = _Calls(module, lines).at(leaf)
            if found is not None:
                return found
    return None


@dataclass
class _Flow:
    """What flows into an expression."""

    names: dict[str, None] = field(default_factory=dict)
    """In the order they were met."""
    literals: dict[int, None] = field(default_factory=dict)
    known: dict[int, str] = field(default_factory=dict)
    lists: list[tuple[int, ...]] = field(default_factory=list)
    """Lists of literals alone: where each of these begins."""
    followed: set[tuple[int, int]] = field(default_factory=set)
    """Where the values begin that were looked into."""


class _Calls:
    """Looks for one call in a module."""

    def __init__(self, module: Module, lines: Lines) -> None:
        self._module = module
        self._lines = lines

    def at(self, leaf: Node) -> ModelCall | None:
        """The call that a name stands for."""
        expression = leaf.parent
        if is_attribute(expression):
            expression = expression.parent
        if expression.type in ("atom_expr", "power"):
            found = self._called_with(expression, leaf)
            if found is not None:
                return found
        if leaf.parent.type == "trailer":
            return None
        bound = binding(leaf.value, leaf, self._module.tree)
        found = self._made_by(bound, leaf) if bound is not None else None
        if found is None or bound is None or found.end != self._offset(bound.end_pos):
            return found
        return replace(found, entry=index_behind(leaf))

    def _called_with(self, expression: Node, leaf: Node) -> ModelCall | None:
        """The first call in `model(x)` or `self.net(x).logits` whose callee the name belongs to."""
        parts = parts_of(expression)
        mine = next((i for i, part in enumerate(parts) if part is leaf or part is leaf.parent), None)
        if mine is None:
            return None
        for i in range(mine + 1, len(parts)):
            if is_call(parts[i]):
                return self._model_call(parts[: i + 1])
        return None

    def _made_by(self, value: Node, place: Node) -> ModelCall | None:
        """The model's call in what a name was bound to: outermost first, in source order."""
        for node in walk(value):
            if node.type in ("atom_expr", "power"):
                parts = parts_of(node)
                for i in range(1, len(parts)):
                    if is_call(parts[i]):
                        found = self._model_call(parts[: i + 1])
                        if found is not None:
                            return found
        return None

    def _model_call(self, parts: list[Node]) -> ModelCall | None:
        callee = parts[:-1]
        scope = self._scope(parts[0])
        spec = self._spec_of_parts(callee, scope)
        if spec is None:
            return None
        flow, direct = _Flow(), _Flow()
        self._into_call(parts[-1], flow, 0)
        self._into_call(parts[-1], direct, _DEEPEST)
        return ModelCall(
            self._offset(parts[0].start_pos),
            self._offset(parts[-1].end_pos),
            code_of(callee),
            spec,
            tuple(direct.names),
            tuple(flow.names),
            tuple(flow.literals),
            flow.known,
            flow.lists[0] if len(flow.lists) == 1 else (),
        )

    def _offset(self, position: tuple[int, int]) -> int:
        return self._lines.offset(position[0] - 1, position[1])

    # ------------------------------------------------------------ which model

    def _spec(self, value: Node, depth: int) -> str | None:
        """What makes the model that an expression stands for.

        Empty where it is a model, but nothing that can be named alone makes it; None where it is no model.
        """
        scope = self._scope(value)
        if value.type in ("test", "namedexpr_test"):
            return "" if self._module.is_model(value, scope) else None
        return self._spec_of_parts(parts_of(value), scope, depth)

    def _spec_of_parts(self, parts: list[Node], scope: Scope, depth: int = 0) -> str | None:
        if depth > _DEEPEST:
            return None
        first = parts[0]
        if len(parts) > 1 and is_call(parts[-1]):
            return self._spec_of_call(parts, scope, depth)
        if len(parts) == 1 and first.type == "atom" and len(first.children) == 3 and first.children[0].value == "(":
            return self._spec(first.children[1], depth + 1)
        if first.type != "name" or not all(map(is_attribute, parts[1:])):
            return None
        name = scope.qualified(parts)
        if name is not None:
            return self._spec_of_variable(name, depth)
        bound = (
            binding(first.value, first, self._module.tree)
            if len(parts) == 1
            else attribute_binding(code_of(parts), first)
        )
        return self._spec(bound, depth + 1) if bound is not None else None

    def _spec_of_variable(self, name: str, depth: int) -> str | None:
        """A variable of another module."""
        elsewhere = self._module.linked(name)
        values = elsewhere[0].scope.values.get(elsewhere[1]) if elsewhere is not None else None
        if elsewhere is None or not values:
            return None
        return _Calls(elsewhere[0], self._lines)._spec(values[-1], depth + 1)

    def _spec_of_call(self, parts: list[Node], scope: Scope, depth: int) -> str | None:
        callee, given = parts[:-1], parts[-1].children[1:-1]
        name = scope.qualified(callee)
        if name in _BY_NAME:
            return _string(given)
        if name in _FILES:
            path = _string(given)
            return path if path.lower().endswith(_FILES[name]) else ""
        made = self._module.linked(name) if name is not None else (self._module, code_of(callee))
        if made is not None and is_factory(*made):
            return self._named(*made) if not given else ""
        method = callee[-1].children[1].value if is_attribute(callee[-1]) else ""
        if method in SAME_MODEL:
            same = self._spec_of_parts(callee[:-1], scope, depth + 1)
            if same is not None:
                return same
        return "" if self._module.is_model_call(parts, scope) else None

    def _named(self, module: Module, name: str) -> str:
        """The reference of a factory. What a notebook's cell defines, no other process can load."""
        modules = module.modules
        return f"{modules.spec(module.path)}:{name}" if modules is not None and module.path.endswith(".py") else ""

    # ------------------------------------------------------------ what flows in

    def _into(self, node: Node, flow: _Flow, depth: int) -> None:
        if node.type in STRINGS:
            self._into_literal(node, flow)
        elif node.type == "name":
            self._into_name(node.value, node, flow, depth)
        elif node.type in ("atom_expr", "power"):
            self._into_parts(parts_of(node), flow, depth)
        elif node.type not in BLOCKS:
            entries = entries_of(node)
            if entries and node.parent.type != "for_stmt":  # a loop goes through it, one at a time
                flow.lists.append(tuple(self._offset(entry.start_pos) for entry in entries))
            for child in getattr(node, "children", ()):
                self._into(child, flow, depth)

    def _into_literal(self, node: Node, flow: _Flow) -> None:
        start = self._offset(node.start_pos)
        if not any(part.type == "fstring_expr" for part in walk(node)):
            flow.literals[start] = None
        elif (value := known_value(node, self._module.tree, self._lines)) is not None:
            flow.literals[start] = None
            flow.known[start] = value

    def _into_name(self, name: str, place: Node, flow: _Flow, depth: int) -> None:
        flow.names[name] = None
        attribute = attribute_binding(name, place) if "." in name else None
        for bound in [attribute] if attribute is not None else candidates(name, place, self._module.tree):
            if depth < _DEEPEST and bound.start_pos not in flow.followed:
                flow.followed.add(bound.start_pos)
                self._into(bound, flow, depth + 1)

    def _into_parts(self, parts: list[Node], flow: _Flow, depth: int) -> None:
        """`x.to(device)`: what it is called on flows in, and its arguments; of `encode(x)` the arguments alone."""
        calls = [part for part in parts if is_call(part)]
        if parts[0].type != "name":
            self._into(parts[0], flow, depth)
        elif parts[1:2] != calls[:1] and self._scope(parts[0]).qualified(parts[:1]) is None:
            last = next((i for i in range(1, len(parts)) if not is_attribute(parts[i])), len(parts))
            owner = parts[: last - 1] if calls and last > 1 and is_call(parts[last]) else parts[:last]
            self._into_name(code_of(owner), parts[0], flow, depth)
        for call in calls:
            self._into_call(call, flow, depth, options=True)

    def _into_call(self, trailer: Node, flow: _Flow, depth: int, *, options: bool = False) -> None:
        """The arguments of a call; less the strings that it takes by name where those are `options`."""
        for given in _arguments(trailer):
            if given.type != "argument":
                self._into(given, flow, depth)
            elif not (options and given.children[-1].type in ("string", "strings")):
                self._into(given.children[-1], flow, depth)

    # ------------------------------------------------------------ names

    def _scope(self, place: Node) -> Scope:
        """The scope of the function around a place."""
        function = around(place, "funcdef")
        return scope_of(function, self._scope(function)) if function is not None else self._module.scope


def _arguments(trailer: Node) -> list[Node]:
    given = trailer.children[1:-1]
    if len(given) == 1 and given[0].type == "arglist":
        given = given[0].children
    return [node for node in given if node.type != "operator"]


def _string(given: list[Node]) -> str:
    """The value of a call's first argument where that is a string; else empty."""
    first = given[0].children[0] if given and given[0].type == "arglist" else given[0] if given else None
    if first is None or first.type != "string":
        return ""
    literal = literal_at(first.value, len(first.value) - 1)
    return literal.value if literal is not None else ""
