"""The gradient of the score at the sample, and the gradient times the sample.

Simonyan, Vedaldi and Zisserman, *Deep Inside Convolutional Networks* (2013); for words and tables,
Hechtlinger, *Interpretation of Prediction Models Using the Input Gradient* (2016).
"""

from __future__ import annotations

from collections.abc import Generator

from ..engine import Engine, Evaluated, Point
from .average import Average, Averaging, widened


def gradient(engine: Engine, sample: Point) -> Averaging:
    """How fast the score changes with each feature, here. One gradient evaluation."""
    here = yield from _evaluated(engine, sample)
    average = Average(widened(tuple(each[0] for each in here.gradients)), "point", (1.0,), (1.0,))
    yield average
    return average


def input_x_gradient(engine: Engine, sample: Point) -> Averaging:
    """What a linear model with this gradient would owe to each feature: x * dF/dx. One gradient evaluation.

    Shrikumar et al., *Not Just a Black Box* (2016). For networks that are linear from the origin to the sample it is
    integrated gradients from the baseline zero.
    """
    here = yield from _evaluated(engine, sample)
    gradients = widened(tuple(each[0] for each in here.gradients))
    products = tuple(own * each for own, each in zip(widened(sample), gradients, strict=True))
    average = Average(products, "point", (1.0,), (1.0,))
    yield average
    return average


def _evaluated(engine: Engine, point: Point) -> Generator[None, None, Evaluated]:
    """One point; pauses while it waits for its turn."""
    parts = engine.gradients([point])
    while not len((here := next(parts)).scores):
        yield None
    return here
