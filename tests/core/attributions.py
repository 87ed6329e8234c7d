"""Attributions that nobody computed, for the tests of the pictures: what they show is known to the digit."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor

from attribution_core import (
    Attribution,
    ClassLogits,
    ClassScore,
    Completeness,
    ImageAttribution,
    PathCurve,
    Plan,
    Target,
    TextAttribution,
    TokenScore,
)
from attribution_core.attribution import ColumnScore, TabularAttribution

LABELS = ["cat", "<script>alert(1)</script>", 'd"og', "bird", "fish"]
SCALES = tuple(i / 16 for i in range(17))
HOSTILE = '</svg><script>alert("x")</script><img src=x onerror=alert(1)>'


def curve(shape: Sequence[int], maps: int = 9) -> PathCurve:
    """A score that saturates half way; interior maps that are largest at 0.5, in the upper left."""
    kept = tuple(i / (maps - 1) for i in range(maps))
    heat = torch.zeros(maps, *shape)
    for i, scale in enumerate(kept):
        heat[i, : shape[0] // 2 or 1] = 4 * scale * (1 - scale)
    return PathCurve(
        scales=SCALES,
        scores=tuple(0.1 + 0.8 * min(1.0, 2 * a) for a in SCALES),
        logits=tuple(ClassLogits(i, label, tuple(a * (5 - i) for a in SCALES)) for i, label in enumerate(LABELS)),
        magnitudes=tuple(4 * a * (1 - a) + 0.05 for a in SCALES),
        map_scales=kept,
        maps=heat,
    )


def common(path: PathCurve | None, total: float, **changes: Any) -> dict[str, Any]:
    """What all kinds have."""
    integrated = path is not None
    found: dict[str, Any] = {
        "model": "model",
        "sample": "sample",
        "method": "integrated" if integrated else "gradient",
        "target": Target(0, LABELS[0], "probability", 0.9, 0.1 if integrated else None),
        "classes": [ClassScore(i, label, 0.9 / 8**i, 5.0 - i) for i, label in enumerate(LABELS)],
        "baseline": "black" if integrated else None,
        "completeness": Completeness(0.8, total) if integrated else None,
        "map_error": 0.02 if integrated else None,
        "gradient_evaluations": 17,
        "seconds": 0.5,
        "device": "cpu",
        "dtype": "float32",
        "seed": 0,
        "notes": [],
        "plan": Plan("midpoint", (), (), 1),
        "status": "final",
        "path": path,
    }
    return {**found, **changes}


def over_image(size: int = 32, photo: Tensor | None = None, path: bool = True, **changes: Any) -> ImageAttribution:
    """All of it in the upper half; against the class at the very top."""
    scores = torch.zeros(3, size, size)
    scores[:, : size // 2] = 1.0
    scores[:, : size // 8] = -1.0
    shown = torch.full((2 * size, 2 * size, 3), 200, dtype=torch.uint8) if photo is None else photo
    along = curve((size, size)) if path else None
    return ImageAttribution(scores=scores, photo=shown, region=(0, 0, 1, 1), **common(along, 0.8, **changes))


def over_text(
    text: str = "a great film but not good", scores: Sequence[float] = (0, 0.5, 0.1, -0.1, -0.2, 0.5), **changes: Any
) -> TextAttribution:
    """A score for each word."""
    words = [
        TokenScore(match.group(), match.start(), match.end(), scores[i % len(scores)])
        for i, match in enumerate(re.finditer(r"\S+", text))
    ]
    details = common(curve((len(words),)), sum(word.score for word in words), baseline="pad")
    return TextAttribution(scores=torch.zeros(len(words), 2), text=text, words=words, tokens=words, **details | changes)


def over_row(columns: Sequence[tuple[str, str, float]] | None = None, **changes: Any) -> TabularAttribution:
    """Columns with their values and contributions."""
    given = columns or [("age", "29", -0.1), ("sex", "female", 0.7), ("fare", "80", 0.2)]
    details = common(curve((len(given),)), sum(score for _, _, score in given), baseline="means")
    return TabularAttribution(
        scores=torch.tensor([score for _, _, score in given]),
        columns=[ColumnScore(*column) for column in given],
        **details | changes,
    )


def every_kind() -> dict[str, Attribution]:
    """One of each, with hostile names wherever a name can stand."""
    hostile: dict[str, Any] = {
        "model": HOSTILE,
        "sample": HOSTILE,
        "notes": [HOSTILE],
        "target": Target(1, LABELS[1], "probability", 0.9, 0.1),
        "baseline": HOSTILE,
    }
    return {
        "image": over_image(**hostile),
        "text": over_text(f"{HOSTILE} & good", **hostile),
        "tabular": over_row([(HOSTILE, HOSTILE, 0.7), ("&amp;", "<b>", -0.2), ("age", "", 0.3)], **hostile),
    }
