"""What makes a result doubtful, said with its remedy."""

from __future__ import annotations

from .attribution import Completeness
from .request import Request

INCOMPLETE = 0.1
"""Relative completeness error from which attributions cannot be taken for shares of the score."""
FLAT = 0.01
"""Below this share of the map's absolute sum, what speaks for the score and against it nearly cancels."""
UNMOVED = 1e-3
"""Change of a probability over the whole range of the inputs that counts as none."""
MOST_STEPS = 512
USUAL_TOLERANCE = 0.05


def incomplete(completeness: Completeness, absolute: float, request: Request) -> list[str]:
    """A note where attributions along a path do not add up to what the score gained.

    Parameters
    ----------
    absolute : the sum of the map's absolute values.
    """
    gained, total = completeness.expected, completeness.total
    if completeness.relative_error <= INCOMPLETE or abs(total - gained) <= 1e-6 * max(1.0, absolute):
        return []
    said = f"The attributions add up to {total:.3g}, and the score gained {gained:.3g}"
    if abs(gained) <= FLAT * absolute:
        return [f"{said}: little beside the {absolute:.3g} that speak for and against it. Choose another baseline."]
    return [f"{said}, so their sizes are not to be trusted. {_remedy(request)}"]


def saturated(method: str, value: float, reach: float) -> list[str]:
    """A note where the gradient of a probability is nearly zero.

    Parameters
    ----------
    value : the probability.
    reach : how much it could change over the range of the inputs, if it went on as the map says.
    """
    if reach > UNMOVED or UNMOVED < value < 1 - UNMOVED:
        return []
    return [
        f"The probability is saturated ({value:.4g}), and its gradients are nearly zero: what the map shows may be "
        "rounding. Explain the logit: score='logit' (--score logit)."
    ]


def _remedy(request: Request) -> str:
    if request.path is not None or request.plan is not None:
        return "Take more steps."
    if request.steps is not None:
        more = min(MOST_STEPS, 4 * request.steps)
        what = f"more steps ({more})" if more > request.steps else "a tolerance instead of steps"
        return f"Take {what}, or another baseline."
    if (request.tolerance or 0) > USUAL_TOLERANCE:
        return f"Take a smaller tolerance ({USUAL_TOLERANCE}), or another baseline."
    return f"Take a fixed number of steps (steps={MOST_STEPS}), or another baseline."
