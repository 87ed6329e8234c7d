"""Which expressions a name was assigned, in the order in which the code ran, as far as the text tells.

For code that has run: the cells of a notebook, or a function up to the line where it is paused. Such code is whole,
so Python's own parser is enough. Nothing is run.
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import lru_cache

END = sys.maxsize
"""A line after all others."""

_BODIES = ("body", "orelse", "finalbody")
_DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
_LOOPS = (ast.For, ast.AsyncFor, ast.While)


@dataclass(frozen=True)
class Binding:
    """A name, or an attribute such as `self.pred`, gets a value."""

    name: str
    value: ast.expr | None
    """None where the text does not say which: the target of a loop, an import, a change in place."""
    text: str
    """The statement, on one line."""
    certain: bool = True
    """False in a branch or a loop that may not have run."""
    autocast: bool = False
    """Inside of a `with` that names autocast."""


class History:
    """Bindings in the order in which they ran, the last one last."""

    def __init__(self, bindings: Iterable[Binding]) -> None:
        self.bindings = list(bindings)

    def candidates(self, name: str, before: int = END) -> list[int]:
        """The places of the bindings that may have given `name` its value, the most probable first."""
        found = []
        for place in range(min(before, len(self.bindings)) - 1, -1, -1):
            if self.bindings[place].name == name:
                found.append(place)
                if self.bindings[place].certain:
                    break
        return found

    def bound_since(self, place: int, names: set[str]) -> str | None:
        """The first of the names that may have got another value after a binding."""
        return next((b.name for b in self.bindings[place + 1 :] if b.name in names), None)


def history_of(sources: Iterable[str]) -> History:
    """The history of texts that ran whole, one after the other; those that cannot be parsed are passed over."""
    return History(binding for source in sources for binding in _ran_whole(source))


def history_in(source: str, line: int) -> History:
    """The history of a module's text that is paused before `line` (from 1)."""
    return History(_ran(_statements(source), line)[0])


def history_in_function(source: str, line: int) -> History:
    """The history of a function's text, indented as it stands in its module, that is paused before `line`."""
    if source[:1].isspace():
        source, line = f"if True:\n{source}", line + 1
    inner: ast.AST | None = next(iter(_statements(source)), None)
    while inner is not None and not isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef)):
        inner = next(iter(getattr(inner, "body", ())), None)
    return History([] if inner is None else _ran(inner.body, line)[0])


@lru_cache(maxsize=4096)
def _ran_whole(source: str) -> tuple[Binding, ...]:
    return tuple(_ran(_statements(source), END)[0])


@lru_cache(maxsize=16)
def _statements(source: str) -> list[ast.stmt]:
    """Nothing changes the list or what is in it: a paused module is asked about again and again."""
    try:
        found = ast.parse(source).body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return []
    return [inner for statement in found for inner in _of_magic(statement)]


def _of_magic(statement: ast.stmt) -> list[ast.stmt]:
    """The statements below a cell magic such as `%%time`, which IPython keeps as a call with their text."""
    if isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Call):
        call = statement.value
        if isinstance(call.func, ast.Attribute) and call.func.attr == "run_cell_magic" and len(call.args) == 3:
            body = call.args[2]
            if isinstance(body, ast.Constant) and isinstance(body.value, str):
                return _statements(body.value)
    return [statement]


def _ran(body: list[ast.stmt], line: int) -> tuple[list[Binding], list[Binding]]:
    """(the bindings that ran, in order; those that come after the line)."""
    ran: list[Binding] = []
    ahead: list[Binding] = []
    for statement in body:
        last = statement.end_lineno or statement.lineno
        if last < line:
            ran += _bindings(statement)
        elif statement.lineno > line or not _has_body(statement):
            ahead += _bindings(statement)
        else:
            inner_ran, inner_ahead = _ran_inside(statement, line)
            ran += inner_ran
            ahead += inner_ahead
    return ran, ahead


def _ran_inside(statement: ast.stmt, line: int) -> tuple[list[Binding], list[Binding]]:
    """The same for the compound statement in which the program stands."""
    ran: list[Binding] = []
    ahead: list[Binding] = []
    again: list[Binding] = []
    for block in _blocks(statement):
        if block[0].lineno > line:
            ahead += [binding for inner in block for binding in _bindings(inner)]
        elif (block[-1].end_lineno or 0) < line:
            if not isinstance(statement, (ast.If, ast.Match)):  # there the other branch did not run
                ran += _unsure(binding for inner in block for binding in _bindings(inner))
        else:
            inner_ran, inner_ahead = _ran(block, line)
            ran += inner_ran
            ahead += inner_ahead
        if isinstance(statement, _LOOPS) and block is statement.body and (block[-1].end_lineno or 0) >= line:
            again = _unsure(ahead)  # what stands below the line ran in the round before
    header = list(_header(statement)) if _blocks(statement)[0][0].lineno <= line else []
    if isinstance(statement, (ast.With, ast.AsyncWith)):
        ran, ahead = _with(statement, ran), _with(statement, ahead)
    return [*again, *header, *ran], ahead


def _bindings(statement: ast.stmt) -> list[Binding]:
    """What a statement that ran whole has bound."""
    found = list(_header(statement))
    if isinstance(statement, _DEFINITIONS):
        return found
    inner = [binding for block in _blocks(statement) for child in block for binding in _bindings(child)]
    if isinstance(statement, (ast.With, ast.AsyncWith)):
        return [*found, *_with(statement, inner)]
    return [*found, *(_unsure(inner) if _has_body(statement) else inner)]


def _header(statement: ast.stmt) -> Iterator[Binding]:
    """What a statement binds itself, without the statements inside of it."""
    text = " ".join(ast.unparse(statement).split("\n", 1)[0].split())
    for expression in _own_expressions(statement):
        for node in _walk(expression):
            if isinstance(node, ast.NamedExpr):
                yield Binding(node.target.id, node.value, text)
    if isinstance(statement, ast.Assign):
        for target in statement.targets:
            yield from _targets(target, statement.value, text)
    elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
        yield from _targets(statement.target, statement.value, text)
    elif isinstance(statement, ast.AugAssign):
        left = ast.parse(ast.unparse(statement.target), mode="eval").body
        yield from _targets(statement.target, ast.BinOp(left, statement.op, statement.value), text)
    elif isinstance(statement, (ast.For, ast.AsyncFor)):
        yield from _unsure(_targets(statement.target, None, text))
    elif isinstance(statement, (ast.With, ast.AsyncWith)):
        for item in statement.items:
            if item.optional_vars is not None:
                yield from _targets(item.optional_vars, None, text)
    elif isinstance(statement, ast.Delete):
        for target in statement.targets:
            yield from _targets(target, None, text)
    elif isinstance(statement, (ast.Import, ast.ImportFrom)):
        for alias in statement.names:
            yield Binding(alias.asname or alias.name.partition(".")[0], None, text)
    elif isinstance(statement, _DEFINITIONS):
        yield Binding(statement.name, None, text)
    elif isinstance(statement, ast.Expr):
        yield from _in_place(statement.value, text)


def _in_place(expression: ast.expr, text: str) -> Iterator[Binding]:
    """`x.mul_(2)` changes x."""
    if isinstance(expression, ast.Call) and isinstance(expression.func, ast.Attribute):
        method, owner = expression.func.attr, expression.func.value
        if method.endswith("_") and not method.endswith("__") and isinstance(owner, (ast.Name, ast.Attribute)):
            yield Binding(ast.unparse(owner), None, text)


def _targets(target: ast.expr, value: ast.expr | None, text: str) -> Iterator[Binding]:
    if isinstance(target, (ast.Name, ast.Attribute)):
        yield Binding(ast.unparse(target), value, text)
    elif isinstance(target, ast.Subscript):
        yield Binding(ast.unparse(target.value), None, text)
    elif isinstance(target, ast.Starred):
        yield from _targets(target.value, None, text)
    elif isinstance(target, (ast.Tuple, ast.List)):
        starred = [place for place, part in enumerate(target.elts) if isinstance(part, ast.Starred)]
        for place, part in enumerate(target.elts):
            after = bool(starred) and place > starred[0]
            yield from _targets(part, _item(value, place - len(target.elts) if after else place), text)


def _item(value: ast.expr | None, place: int) -> ast.expr | None:
    if value is None:
        return None
    if isinstance(value, (ast.Tuple, ast.List)) and not any(isinstance(part, ast.Starred) for part in value.elts):
        return value.elts[place] if -len(value.elts) <= place < len(value.elts) else None
    return ast.Subscript(value, ast.Constant(place), ast.Load())


def _own_expressions(statement: ast.stmt) -> Iterator[ast.expr]:
    for _, field in ast.iter_fields(statement):
        for part in field if isinstance(field, list) else [field]:
            if isinstance(part, ast.expr):
                yield part
            elif isinstance(part, ast.withitem):
                yield part.context_expr


def _walk(expression: ast.expr) -> Iterator[ast.AST]:
    """An expression and its parts, but for the functions in it, which may never have run."""
    if isinstance(expression, ast.Lambda):
        return
    yield expression
    for child in ast.iter_child_nodes(expression):
        if isinstance(child, ast.expr):
            yield from _walk(child)


def _has_body(statement: ast.stmt) -> bool:
    return bool(_blocks(statement)) and not isinstance(statement, _DEFINITIONS)


def _blocks(statement: ast.stmt) -> list[list[ast.stmt]]:
    """The blocks of statements inside of one, in the order in which they stand."""
    blocks = [getattr(statement, name, None) for name in _BODIES[:1]]
    blocks += [handler.body for handler in getattr(statement, "handlers", [])]
    blocks += [case.body for case in getattr(statement, "cases", [])]
    blocks += [getattr(statement, name, None) for name in _BODIES[1:]]
    return [block for block in blocks if block]


def _with(statement: ast.With | ast.AsyncWith, bindings: Iterable[Binding]) -> list[Binding]:
    """Bindings inside of a `with`, which always runs."""
    if any("autocast" in ast.unparse(item.context_expr) for item in statement.items):
        return [replace(binding, autocast=True) for binding in bindings]
    return list(bindings)


def _unsure(bindings: Iterable[Binding]) -> list[Binding]:
    return [replace(binding, certain=False) for binding in bindings]
