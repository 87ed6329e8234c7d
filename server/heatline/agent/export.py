"""Finished results as files: pictures, pages, arrays."""

from __future__ import annotations

import base64
import json
import re
import tempfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from attribution_core import Attribution, GlobalAverage

from ..protocol import Comparison, ExportFormat, ExportParams, ExportResult
from ..wire import encode
from .averages import average_message
from .failures import Refusal
from .present import explanation

if TYPE_CHECKING:
    from .results import Result

MIMES: dict[ExportFormat, str] = {
    "png": "image/png",
    "html": "text/html",
    "gif": "image/gif",
    "npz": "application/x-npz",
    "json": "application/json",
}
WIDEST = 8000
"""Pixels of a picture."""


def export(found: Result, variable: str | None, params: ExportParams) -> ExportResult:
    """A result as the bytes of a file.

    Parameters
    ----------
    variable : what the sample is called in a live session.

    Raises
    ------
    Refusal
        Where there is no such file of this result.
    AttributionError
        Where the result has nothing to draw.
    """
    if not 16 <= params.max_width <= WIDEST:
        raise Refusal("bad-input", f"a picture {params.max_width} pixels wide was asked for", "Ask for 16 to 8000.")
    if isinstance(found, GlobalAverage):
        average = found if variable is None else replace(found, data=variable)
        parts, forms = ["average", average.model, average.data], _forms_of_average(average, params)
    elif isinstance(found, list):
        shown = [each if variable is None else replace(each, sample=variable) for each in found]
        chosen = shown if params.index is None else [_at(shown, params.index)]
        labels = [chosen[0].target.label, chosen[0].method] if len(chosen) == 1 else ["comparison"]
        parts, forms = [chosen[0].model, chosen[0].sample, *labels], _forms(chosen, params)
    else:
        raise Refusal("bad-input", "a prediction is not exported", "Explain it, then export the explanation.")
    if params.format not in forms:
        raise Refusal(
            "bad-input",
            f"there is no {params.format} of {'an average' if isinstance(found, GlobalAverage) else 'several'}",
            f"Choose {', '.join(forms)}, or one of them by its index.",
        )
    data = base64.b64encode(forms[params.format]()).decode("ascii")
    return ExportResult(f"{_slug(parts)}.{params.format}", MIMES[params.format], data)


def _forms(found: list[Attribution], params: ExportParams) -> dict[ExportFormat, Callable[[], bytes]]:
    """What can be made of one attribution or of several."""
    from attribution_core.render import animation, attribution_page, attribution_png, comparison_page, comparison_png

    if len(found) > 1:
        return {
            "png": lambda: comparison_png(found, params.max_width, params.show, params.theme),
            "html": lambda: comparison_page(found, params.show).encode(),
            "json": lambda: _json(Comparison([explanation(each, precision="full") for each in found])),
        }
    (one,) = found
    return {
        "png": lambda: attribution_png(one, params.max_width, params.show, params.theme),
        "html": lambda: attribution_page(one, params.show).encode(),
        "gif": lambda: animation(one, "gif", params.max_width, params.show, params.theme),
        "npz": lambda: _saved(one),
        "json": lambda: _json(explanation(one, precision="full")),
    }


def _forms_of_average(found: GlobalAverage, params: ExportParams) -> dict[ExportFormat, Callable[[], bytes]]:
    from attribution_core.render.average import average_page, average_png

    return {
        "png": lambda: average_png([found], params.max_width, params.theme),
        "html": lambda: average_page([found]).encode(),
        "npz": lambda: _saved(found),
        "json": lambda: _json(average_message(found, precision="full")),
    }


def _at(found: list[Attribution], index: int) -> Attribution:
    if not 0 <= index < len(found):
        raise Refusal("bad-input", f"there is no explanation {index} among {len(found)}", "They are counted from 0.")
    return found[index]


def _json(message: object) -> bytes:
    return json.dumps(encode(message), ensure_ascii=False, allow_nan=False).encode("utf-8", "backslashreplace")


def _saved(found: Attribution | GlobalAverage) -> bytes:
    """The bytes that `save` writes."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "result.npz"
        found.save(path)
        return path.read_bytes()


def _slug(parts: list[str]) -> str:
    """A file name that is one everywhere."""
    words = [re.sub(r"[^\w.]+", "-", Path(part).name, flags=re.ASCII).strip("-.") for part in parts]
    return "-".join(word[:40] for word in words if word) or "heatline"
