"""heatline shows why a PyTorch model predicted what it predicted, in the editor.

In a notebook or a script:

    import heatline
    heatline.explain(model, sample)

`heatline.Model` ties a module to its preprocessing and its labels. The mathematics is
`attribution_core`; it is imported on first use, so that the language server, which imports this
package too, needs no torch.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ._version import __version__

if TYPE_CHECKING:
    from attribution_core import (
        Attribution,
        Baseline,
        Comparison,
        Explained,
        GlobalAverage,
        Image,
        Model,
        Prediction,
        Tabular,
        Tensors,
        Text,
        average,
        compare,
        explain,
        explain_many,
        load,
        load_model,
        predict,
        read_row,
    )

    from .watching import watch

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
    "__version__",
    "average",
    "compare",
    "explain",
    "explain_many",
    "load",
    "load_model",
    "predict",
    "read_row",
    "watch",
]


def __getattr__(name: str) -> Any:
    if name == "watch":
        from .watching import watch

        return watch
    if name in __all__:
        from . import display

        return getattr(display, name)
    raise AttributeError(f"module 'heatline' has no attribute {name!r}; it has {', '.join(__all__)}")


def __dir__() -> list[str]:
    return __all__


def load_ipython_extension(shell: Any) -> None:
    """What `%load_ext heatline` calls."""
    from .magics import register

    register(shell)
