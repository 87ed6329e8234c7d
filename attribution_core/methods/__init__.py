"""The methods. Each is a weighted average of gradients taken at chosen points; a method chooses the points.

gradient        one point: the sample itself; times the sample or not
paths           ways from a baseline to the sample
path            points on such a way: integrated gradients, expected gradients
refined         the same, with the points where they are needed
interior        the same evaluations kept apart
smoothgrad      noisy copies of the sample; squared, variance
global_average  the samples of a data set
"""

from __future__ import annotations

from .average import Average, Averaging
from .gradient import gradient, input_x_gradient
from .interior import Interior
from .path import Walk, integrated_gradients
from .paths import GivenPath, Path, StraightPath
from .refined import refined_gradients, repeated_refinement
from .smoothgrad import Statistic, noisy_copies, smoothgrad

__all__ = [
    "Average",
    "Averaging",
    "GivenPath",
    "Interior",
    "Path",
    "Statistic",
    "StraightPath",
    "Walk",
    "gradient",
    "input_x_gradient",
    "integrated_gradients",
    "noisy_copies",
    "refined_gradients",
    "repeated_refinement",
    "smoothgrad",
]
