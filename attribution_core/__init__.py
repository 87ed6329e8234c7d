"""Why a PyTorch model gives a sample its score.

    from attribution_core import Image, Model, explain

    found = explain(Model(network, inputs=Image(size=224), labels=labels), "cat.jpg")
    print(found.target, found.completeness)

One idea carries the package: *every method is a weighted average of gradients taken at chosen points*. Read it in
this order:

    engine         gradients at points, in micro-batches
    quadrature     where on a path to look
    methods        which points, and what their gradients are averaged to
    target         which scalar is explained
    inputs         from photos and texts to points, and back
    models         from modules and factories to functions
    request        what can be asked for
    job            one method at work
    explanation    all of it together: explain, compare, predict
    difference     two of them: where they differ, and how much they agree
    many           the same for many samples together: explain_many
    averaging      averages over a data set: average, averaging
    attribution    the result
    render         pictures of it
"""

from __future__ import annotations

try:
    import torch as _torch  # noqa: F401
except ModuleNotFoundError as missing:
    if missing.name != "torch":
        raise
    import sys as _sys

    raise ModuleNotFoundError(
        f"torch is not installed in {_sys.executable}; install it: {_sys.executable} -m pip install torch",
        name="torch",
    ) from None

from .attribution import (
    Attribution,
    ColumnScore,
    Comparison,
    Completeness,
    ImageAttribution,
    Plan,
    Prediction,
    Progress,
    TabularAttribution,
    TensorsAttribution,
    TextAttribution,
    TokenScore,
)
from .averaging import average, averaging
from .batching import Step
from .difference import agreement, difference
from .errors import AttributionError, BadBaseline, BadModel, BadRequest, BadSample, BadTarget, UserCodeError
from .explanation import METHODS, compare, comparing, explain, explaining, predict
from .global_average import AveragePlan, AverageState, GlobalAverage
from .inputs import Baseline, Image, Tabular, Tensors, Text, read_row, read_rows
from .many import Explained, explain_many, explaining_many
from .models import Model, as_model, load_model
from .path_curve import ClassLogits, PathCurve
from .request import Options
from .saved import load
from .target import ClassScore, Target

__all__ = [
    "METHODS",
    "Attribution",
    "AttributionError",
    "AveragePlan",
    "AverageState",
    "BadBaseline",
    "BadModel",
    "BadRequest",
    "BadSample",
    "BadTarget",
    "Baseline",
    "ClassLogits",
    "ClassScore",
    "ColumnScore",
    "Comparison",
    "Completeness",
    "Explained",
    "GlobalAverage",
    "Image",
    "ImageAttribution",
    "Model",
    "Options",
    "PathCurve",
    "Plan",
    "Prediction",
    "Progress",
    "Step",
    "Tabular",
    "TabularAttribution",
    "Target",
    "Tensors",
    "TensorsAttribution",
    "Text",
    "TextAttribution",
    "TokenScore",
    "UserCodeError",
    "agreement",
    "as_model",
    "average",
    "averaging",
    "compare",
    "comparing",
    "difference",
    "explain",
    "explain_many",
    "explaining",
    "explaining_many",
    "load",
    "load_model",
    "predict",
    "read_row",
    "read_rows",
]
