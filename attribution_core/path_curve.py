"""What happens on the way from the baseline to the sample: the score rises, saturates, and gradients die away.

Sundararajan, Taly and Yan, *Gradients of Counterfactuals* (2016), section 2: at the sample the gradient is often
nearly zero although the score depends on the features. Where the score rises, it is not.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from torch import Tensor

MOST_MAPS = 16
"""Interior maps that a curve keeps, at most: what a strip or an animation shows."""


@dataclass(frozen=True)
class ClassLogits:
    """A class, and its logit at each scale of a path."""

    index: int
    label: str
    logits: tuple[float, ...]


@dataclass(frozen=True)
class PathCurve:
    """Score, logits and gradients along a path, at each scale that was evaluated.

    Attributes
    ----------
    scales : increasing; 0 is the baseline, 1 the sample.
    scores : the explained score at each scale.
    logits : of the sample's most probable classes at each scale.
    magnitudes : the sum over all features of |dF/dx| at each scale.
    map_scales : the scales that `maps` belong to, at most 16.
    maps : Tensor of shape (maps, height, width) for an image, (maps, tokens) for a text, (maps, columns) for a row of
        a table, on the CPU: the interior gradient times (x - x'), summed over channels, the embedding or the features
        of a column. Their mean over the path is the map of integrated gradients. None where none were kept.

    Raises
    ------
    ValueError
        If there are not as many scores, logits and magnitudes as scales, or maps as scales of maps.
    """

    scales: tuple[float, ...]
    scores: tuple[float, ...]
    logits: tuple[ClassLogits, ...]
    magnitudes: tuple[float, ...]
    map_scales: tuple[float, ...] = ()
    maps: Tensor | None = field(default=None, compare=False)

    def __post_init__(self) -> None:
        for values in (self.scores, self.magnitudes, *(entry.logits for entry in self.logits)):
            if len(values) != len(self.scales):
                raise ValueError(f"{len(values)} values along a path of {len(self.scales)} scales")
        kept = 0 if self.maps is None else len(self.maps)
        if len(self.map_scales) != kept or kept > MOST_MAPS:
            raise ValueError(f"{kept} maps for {len(self.map_scales)} scales; at most {MOST_MAPS} are kept")

    @property
    def steepest(self) -> float:
        """The scale at which the gradient is largest."""
        return self.scales[max(range(len(self.scales)), key=self.magnitudes.__getitem__)]

    def reached(self, share: float) -> float | None:
        """The scale from which on the score has made `share` of its way from the path's start to its end; None for a
        score that goes nowhere."""
        gain = self.scores[-1] - self.scores[0]
        if gain == 0:
            return None
        late = [i for i, score in enumerate(self.scores) if (score - self.scores[0]) / gain < share]
        return self.scales[min(late[-1] + 1, len(self.scales) - 1)] if late else self.scales[0]
