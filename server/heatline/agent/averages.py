"""Averages of the core as messages of the protocol."""

from __future__ import annotations

from typing import cast

from attribution_core import GlobalAverage

from .._version import __version__
from ..protocol import Average, AverageClass, AverageFeature, SampleKind
from .plans import average_plan_message
from .present import Precision, encode_array, finite

MOST_FEATURES = 100
"""Words or columns that are sent for each class, on either side."""


def average_message(found: GlobalAverage, variable: str | None = None, precision: Precision = "display") -> Average:
    """An average of the core.

    Parameters
    ----------
    variable : what the data are called in a live session.
    precision : for the screen the strongest words and small types, or everything as it was computed.
    """
    is_image = found.gradients.dim() == 4
    return Average(
        version=__version__,
        status=found.status,
        model=found.model,
        data=variable or found.data,
        kind=cast(SampleKind, found.kind),
        score=found.score,
        classes=[
            AverageClass(
                each.index,
                each.label,
                finite(each.score),
                finite(each.constant),
                _features(found, each.index, precision),
            )
            for each in found.classes
        ],
        maps=encode_array(found.gradients.sum(1), precision) if is_image else None,
        magnitudes=encode_array(found.gradients.abs().sum(1), precision) if is_image else None,
        samples=found.samples,
        agreement=found.agreement,
        accuracy=found.accuracy,
        linear_accuracy=found.linear_accuracy,
        seconds=found.seconds,
        device=found.device,
        dtype=found.dtype,
        seed=found.seed,
        notes=list(found.notes),
        plan=average_plan_message(found.plan),
    )


def _features(found: GlobalAverage, index: int, precision: Precision) -> list[AverageFeature]:
    if not found.names:
        return []
    ranked = found.ranked(index) if precision == "display" else found.ranked(index, least=1)
    if precision == "display" and len(ranked) > 2 * MOST_FEATURES:
        ranked = ranked[:MOST_FEATURES] + ranked[-MOST_FEATURES:]
    return [
        AverageFeature(
            each.name, finite(each.average), None if each.length is None else finite(each.length), each.count
        )
        for each in ranked
    ]
