"""From what a person has (a module, a factory, a file) to a function that can be evaluated without a trace."""

from __future__ import annotations

from .assumed import assumed_inputs, input_kind
from .loading import load_model
from .model import Model, as_model
from .network import Network

__all__ = ["Model", "Network", "as_model", "assumed_inputs", "input_kind", "load_model"]
