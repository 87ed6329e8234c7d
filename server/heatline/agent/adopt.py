"""A live object as a model of this agent's.

`heatline.Model` of the person's own heatline and of the agent's are one class in source and two in Python:
the agent carries its own copy, perhaps of another version. So a foreign one is carried over attribute by
attribute.
"""

from __future__ import annotations

import inspect
from typing import Any

from attribution_core import Image, Model, Text, as_model

from .live import is_heatline_model


def as_own_model(value: Any) -> Model:
    """A module, a callable, or anybody's `heatline.Model`, as a `Model` of the agent's core.

    Raises
    ------
    AttributionError
        For what can be no model.
    """
    if not is_heatline_model(value) or isinstance(value, Model):
        return as_model(value)
    return Model(value.module, inputs=_own_inputs(value.inputs), labels=value.labels, name=value.name)


def _own_inputs(inputs: Any) -> Any:
    for own in (Image, Text):
        if type(inputs).__name__ == own.__name__:
            known = inspect.signature(own).parameters
            return own(**{name: getattr(inputs, name) for name in known if hasattr(inputs, name)})
    return inputs
