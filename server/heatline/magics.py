"""`%heatline model sample` and `%%heatline`: for those who like to type. `%load_ext heatline` brings them."""

from __future__ import annotations

import argparse
import ast
import shlex
from collections.abc import Iterator
from typing import Any, NoReturn

from IPython.core.error import UsageError
from torch import nn

from attribution_core import AttributionError, Model

from .display import Attribution, explain

HELP = """%heatline net photo
%heatline critic "a truly great film" --target praise

%%heatline --method gradient
pred = net(photo).softmax(-1)
"""


def register(shell: Any) -> None:
    """Adds the magics to a shell of IPython; what `%load_ext heatline` calls."""
    shell.register_magic_function(Magic(shell).run, "line_cell", "heatline")


class _Parser(argparse.ArgumentParser):
    """Speaks of what is wrong with a line in IPython's way, and ends no process."""

    def error(self, message: str) -> NoReturn:
        raise UsageError(f"%heatline: {message}. See %heatline --help")


class Magic:
    """`%heatline` and `%%heatline` of one shell.

    Parameters
    ----------
    shell : of IPython.
    """

    def __init__(self, shell: Any) -> None:
        self._shell = shell

    def run(self, line: str, cell: str | None = None) -> Attribution | None:
        """Why a model predicts what it predicts for a sample; `%heatline --help` lists the options.

        As a cell magic it runs the cell, whose last line calls a model, and explains that call.
        """
        if line.strip() in ("-h", "--help"):
            _parser(cell is None).print_help()
            return None
        try:
            words = shlex.split(line, posix=False)
        except ValueError as error:
            raise UsageError(f"%heatline {line}: {error}") from None
        options = _parser(cell is None).parse_args(words)
        if cell is None:
            return self._explained(self._value(options.model), self._value(options.sample), options)
        call = _last_line(self._shell.transform_cell(cell))
        if not self._shell.run_cell(cell, store_history=False).success:
            raise UsageError("the cell failed, hence nothing was explained.")
        model, sample = self._called(call)
        return self._explained(model, sample, options)

    def _value(self, expression: str) -> Any:
        """What an expression is in the person's namespace."""
        try:
            return self._shell.ev(expression)
        except Exception as error:
            said = f"{type(error).__name__}: {error}"
            raise UsageError(f"{expression} has no value: {said}. A text and a path stand in quotes.") from None

    def _explained(self, model: Any, sample: Any, options: argparse.Namespace) -> Attribution:
        target = options.target
        try:
            return explain(
                model,
                sample,
                method=_unquoted(options.method),
                target=int(target) if target is not None and target.lstrip("-").isdigit() else _unquoted(target),
                score=_unquoted(options.score),
                baseline=_unquoted(options.baseline),
                steps=options.steps,
                tolerance=options.tolerance,
                device=options.device,
            )
        except AttributionError as error:
            raise UsageError(str(error)) from error

    def _called(self, statement: ast.stmt) -> tuple[Any, Any]:
        """The model that a line calls, and the sample that it gives to it."""
        for call in _calls(statement):
            model = self._value(ast.unparse(call.func)) if _is_name(call.func) else None
            if isinstance(model, (nn.Module, Model)):
                return model, self._sample(call)
        raise UsageError(
            f"{ast.unparse(statement)!r} calls no model by name. End the cell with a line such as pred = net(x)."
        )

    def _sample(self, call: ast.Call) -> Any:
        """What a call was given: one value, a tuple of several, or a dictionary of those with names."""
        given = [*call.args, *(keyword.value for keyword in call.keywords)]
        for value in given:
            # Computing it once more could change what the person has, or give another sample.
            if any(isinstance(part, (ast.Call, ast.NamedExpr, ast.Await)) for part in ast.walk(value)):
                raise UsageError(f"{ast.unparse(value)!r} would be computed once more. Give it a name before the call.")
        if not given:
            raise UsageError(f"{ast.unparse(call)!r} gives the model no sample.")
        if call.args and call.keywords:
            raise UsageError(f"{ast.unparse(call)!r} gives values with names and without. Name all of them, or none.")
        if call.args:
            values = [self._value(ast.unparse(value)) for value in call.args]
            return values[0] if len(values) == 1 else tuple(values)
        named: dict[str, Any] = {}
        for keyword in call.keywords:
            value = self._value(ast.unparse(keyword.value))
            named |= dict(value) if keyword.arg is None else {keyword.arg: value}
        return named


def _parser(names: bool) -> _Parser:
    """Of a line, or of a cell, which names model and sample itself."""
    formatter = argparse.RawDescriptionHelpFormatter
    parser = _Parser(
        prog="%heatline" if names else "%%heatline", epilog=HELP, formatter_class=formatter, add_help=False
    )
    if names:
        parser.add_argument("model", help="an expression: a module, a heatline.Model")
        parser.add_argument("sample", help="an expression: a tensor, an array, a picture; a path or a text in quotes")
    parser.add_argument("--target", "-t", help="a label or an index; the most probable class when left out")
    parser.add_argument("--method", "-m", default="integrated", help="gradient, integrated, smoothgrad, ...")
    parser.add_argument("--score", default="probability", help="probability, logit or log-probability")
    parser.add_argument("--baseline", "-b", help="such as black, blurred, mask")
    parser.add_argument("--steps", type=int, help="gradients along the path")
    parser.add_argument("--tolerance", type=float, help="estimated error of the map to refine to (0.05)")
    parser.add_argument("--device", help="where to compute; where the model is when left out")
    return parser


def _last_line(cell: str) -> ast.stmt:
    """The last statement of a cell."""
    try:
        statements = ast.parse(cell).body
    except SyntaxError as error:
        raise UsageError(f"the cell is no Python: {error.msg} in line {error.lineno}.") from None
    if not statements:
        raise UsageError("the cell is empty. End it with a line such as pred = net(x).")
    return statements[-1]


def _calls(statement: ast.stmt) -> Iterator[ast.Call]:
    """The calls of a statement, outer ones first."""
    return (part for part in ast.walk(statement) if isinstance(part, ast.Call))


def _is_name(expression: ast.expr) -> bool:
    """Whether it is a dotted name, which is looked up and not computed."""
    while isinstance(expression, ast.Attribute):
        expression = expression.value
    return isinstance(expression, ast.Name)


def _unquoted(text: str | None) -> Any:
    """An argument without the quotes that IPython leaves around it."""
    return text[1:-1] if text is not None and len(text) > 1 and text[0] == text[-1] and text[0] in "'\"" else text
