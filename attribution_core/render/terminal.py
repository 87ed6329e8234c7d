"""Attributions in words, and in a terminal with colours."""

from __future__ import annotations

from collections.abc import Sequence

from ..attribution import Attribution
from ..palette import parse_hex
from ..path_curve import PathCurve
from .curve import alternative
from .interior import interpolated
from .kinds import KINDS, kind_of
from .look import Look
from .paint import Show
from .pictures import Scaling, common_title, compared
from .terminal_colours import RESET, ink
from .theme import LIGHT
from .words import class_value, headline, provenance, short, titles

SPARK = "▁▂▃▄▅▆▇█"
SPARK_COLUMNS = 48


def plain_text(attribution: Attribution) -> str:
    """Everything that matters, in words and numbers."""
    lines = [headline(attribution)]
    lines += [f"  {class_value(entry):>8}  {entry.label}" for entry in attribution.classes]
    if attribution.kind in KINDS:
        lines += kind_of([attribution]).summary(attribution)
    if attribution.path is not None:
        lines.append(alternative(attribution))
    return "\n".join([*lines, provenance(attribution), *attribution.notes])


def terminal_text(attribution: Attribution, show: Show = "magnitude") -> str:
    """The same under a picture, for a terminal that shows 24-bit colour."""
    parts = []
    if attribution.kind in KINDS:
        parts.append(kind_of([attribution]).terminal([attribution], Look(show)))
    if attribution.path is not None:
        parts += sparks(attribution.path, attribution.target.index)
    return "\n".join([*parts, plain_text(attribution)])


def comparison_text(
    attributions: Sequence[Attribution], show: Show = "magnitude", scaling: Scaling | None = None
) -> str:
    """Several attributions of one sample, beside each other or one below the other, with colours.

    Parameters
    ----------
    scaling : as for `comparison_png`.
    """
    look, said = compared(attributions, Look(show, original=False), scaling)
    lines = [common_title(attributions), kind_of(attributions).terminal(attributions, look), said]
    lines += [f"{title}: {provenance(one)}" for title, one in zip(look.titles, attributions, strict=True)]
    lines += dict.fromkeys(note for one in attributions for note in one.notes)
    return "\n".join(lines)


def comparison_summary(attributions: Sequence[Attribution]) -> str:
    """The same in words and numbers: what each says, and how it was computed."""
    lines = [common_title(attributions)]
    for title, one in zip(titles(attributions), attributions, strict=True):
        lines.append(f"{title}: {provenance(one)}")
        if one.kind in KINDS:
            lines += [f"  {said}" for said in kind_of([one]).summary(one)]
        lines += [f"  {note}" for note in one.notes]
    return "\n".join(lines)


def sparks(path: PathCurve, target: int) -> list[str]:
    """The score, the logits and the gradient's magnitude from the baseline to the sample, a line of blocks for each."""
    rows = [("score", path.scores, LIGHT.positive)]
    rows += [
        (f"logit of {short(entry.label)}", entry.logits, LIGHT.positive if entry.index == target else LIGHT.faint)
        for entry in path.logits
    ]
    rows.append(("gradient", path.magnitudes, LIGHT.negative))
    names = min(28, max(len(name) for name, _, _ in rows))
    lines = []
    for name, values, colour in rows:
        sampled = [interpolated(path.scales, values, i / (SPARK_COLUMNS - 1)) for i in range(SPARK_COLUMNS)]
        lower, upper = min(sampled), max(sampled)
        blocks = "".join(SPARK[round((value - lower) / ((upper - lower) or 1) * (len(SPARK) - 1))] for value in sampled)
        ends = f"{values[0]:.3g} to {values[-1]:.3g}"
        lines.append(f"{name[:names]:>{names}} {ink(parse_hex(colour))}{blocks}{RESET} {ends}")
    return lines
