"""The gradient of the score at the sample.

Simonyan, Vedaldi and Zisserman, *Deep Inside Convolutional Networks* (2013); for words and tables,
Hechtlinger, *Interpretation of Prediction Models Using the Input Gradient* (2016).
"""

from __future__ import annotations

from ..engine import Engine, Point
from .average import Average, Averaging, accumulator


def gradient(engine: Engine, sample: Point) -> Averaging:
    """How fast the score changes with each feature, here. One gradient evaluation."""
    (here,) = engine.gradients([sample])
    average = Average(tuple(g[0].to(accumulator(g)) for g in here.gradients), "point", (1.0,), (1.0,))
    yield average
    return average
