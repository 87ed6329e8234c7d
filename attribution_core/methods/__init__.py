"""The methods. Each is a weighted average of gradients taken at chosen points; a method chooses the points.

gradient      one point: the sample itself
path          points on the way from a baseline to the sample: integrated gradients
"""

from __future__ import annotations

from .average import Average, Averaging
from .gradient import gradient
from .path import StraightPath, integrated_gradients

__all__ = ["Average", "Averaging", "StraightPath", "gradient", "integrated_gradients"]
