"""How explanations show themselves in notebooks: our own MIME type, and HTML, PNG and text beside it.

Importing this module registers the bundle with IPython, so that a result of `explain` is interactive
where a heatline front end is installed, and complete everywhere else.
"""

from __future__ import annotations

import base64
import sys
from collections.abc import Generator
from typing import Any

from attribution_core import (
    Attribution,
    Baseline,
    Comparison,
    Explained,
    GlobalAverage,
    Image,
    ImageAttribution,
    Model,
    Prediction,
    Tabular,
    Tensors,
    Text,
    averaging,
    comparing,
    explaining,
    explaining_many,
    load,
    load_model,
    predict,
    read_row,
)
from attribution_core import average as core_average
from attribution_core import compare as core_compare
from attribution_core import explain as core_explain
from attribution_core import explain_many as core_explain_many
from attribution_core.render import attribution_html, attribution_png, heatmap_png, plain_text

from .progress import shown, shown_between
from .protocol import RESULT_MIME, StaticResult
from .wire import encode

__all__ = [
    "Attribution",
    "Baseline",
    "Comparison",
    "Explained",
    "GlobalAverage",
    "Image",
    "Model",
    "Prediction",
    "Tabular",
    "Tensors",
    "Text",
    "average",
    "bundle",
    "compare",
    "explain",
    "explain_many",
    "load",
    "load_model",
    "predict",
    "read_row",
    "static_forms",
]

PNG_BYTES = 200_000
"""Of the picture in a notebook, at most: with the page beside it, a result stays below 500 KB."""


def _refining(found: GlobalAverage) -> str:
    """What an average has come to, while it is computed."""
    from attribution_core.render.average import average_html

    return average_html(found)


def _comparing(*args: Any, **options: Any) -> Generator[Any, None, Comparison]:
    return Comparison((yield from comparing(*args, **options)))


explain = shown(core_explain, explaining)
explain_many = shown_between(core_explain_many, explaining_many)
compare = shown(core_compare, _comparing)
average = shown(core_average, averaging, _refining)


def static_forms(found: Attribution, max_width: int = 800, bare: bool = False) -> StaticResult:
    """An attribution in forms that any viewer shows.

    Parameters
    ----------
    max_width : pixels of the PNG.
    bare : whether the PNG of an image is its heatmap alone, over the photo.
    """
    png = None
    if "PIL" in sys.modules:
        if bare and isinstance(found, ImageAttribution):
            png = heatmap_png(found, max_width, PNG_BYTES)
        else:
            png = attribution_png(found, max_width, max_bytes=PNG_BYTES)
    return StaticResult(
        text=plain_text(found),
        html=attribution_html(found),
        png=None if png is None else base64.b64encode(png).decode("ascii"),
    )


def bundle(found: Attribution, include: object = None, exclude: object = None) -> dict[str, Any]:
    """The MIME bundle of an attribution, for IPython."""
    from .agent.present import explanation

    static = static_forms(found)
    data: dict[str, Any] = {RESULT_MIME: encode(explanation(found)), "text/html": static.html}
    if static.png is not None:
        data["image/png"] = static.png
    data["text/plain"] = static.text
    return data


def _register() -> None:
    """Tells IPython, where we run inside it."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython is not None else None
    if shell is not None:
        shell.display_formatter.mimebundle_formatter.for_type(Attribution, bundle)


_register()
