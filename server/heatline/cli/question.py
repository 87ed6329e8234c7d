"""What `explain` and `compare` ask of the core, from their options."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from .samples import baseline_of

if TYPE_CHECKING:
    from attribution_core import Model, Options


def question_of(options: argparse.Namespace, model: Model) -> Options:
    """The settings of `add_question` and `add_computation`, under the names that the core gives them."""
    return {
        "score": options.score,
        "baseline": baseline_of(options.baseline, model, options.seed, options.text_column),
        "steps": options.steps,
        "tolerance": options.tolerance,
        "rule": options.rule,
        "samples": options.samples,
        "noise": options.noise,
        "over": options.over,
        "seed": options.seed,
        "device": options.device,
    }
