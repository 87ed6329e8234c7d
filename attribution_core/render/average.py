"""Global average gradients as pictures, pages and words."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from typing import Union

from ..errors import BadRequest
from ..global_average import GlobalAverage
from . import jacobian, ranking
from .figure import figure
from .html import STYLE, page
from .look import WIDTH, Body, Look
from .raster import painted, png
from .svg import svg_image
from .theme import THEMES, ThemeName
from .words import percent, seconds

Averages = Union[GlobalAverage, Sequence[GlobalAverage]]
"""One, or several of the same data beside each other: a network and a logistic regression, say."""
IN_WORDS = 5
"""Features of a class that are listed in a terminal, for and against each."""
IN_TABLE = 30


def average_png(
    averages: Averages, max_width: int = WIDTH, theme: ThemeName = "light", max_bytes: int | None = None
) -> bytes:
    """A small signed map for each class of images; of words and columns bars, the strongest first.

    Parameters
    ----------
    max_width : pixels. Type and lines grow with it beyond 900.
    max_bytes : with fewer colours, and then with fewer pixels, until the file is no larger.

    Raises
    ------
    BadRequest
        If there are none, they are of several kinds, or there is no picture of them.
    """
    found, look = _several(averages), Look(theme=THEMES[theme], width=max_width)
    return png(figure(title(found), _body(found, look), provenances(found), look), max_bytes)


def average_html(averages: Averages) -> str:
    """A fragment for a notebook's output: the picture, what is behind it in numbers, how it was made."""
    found = _several(averages)
    return "".join(
        [
            f'<div class="heatline"><style>{STYLE}</style><h1>{escape(title(found))}</h1>',
            _html_picture(found),
            *(f'<p class="faint">{escape(said)}</p>' for said in provenances(found)),
            *(f'<p class="faint">{escape(note)}</p>' for note in _notes(found)),
            *(_table(each) for each in found),
            "</div>",
        ]
    )


def average_page(averages: Averages) -> str:
    """A whole page for a file."""
    return page(title(_several(averages)), average_html(averages))


def average_text(averages: Averages) -> str:
    """Everything that matters, in words and numbers."""
    found = _several(averages)
    lines = [title(found)]
    for each in found:
        lines += [f"  {_sentence(each, row, 2 * IN_WORDS)}" for row in range(len(each.classes))]
    return "\n".join([*lines, *provenances(found), *_notes(found)])


def title(averages: Sequence[GlobalAverage]) -> str:
    """What was averaged over what."""
    models = " and ".join(dict.fromkeys(each.model for each in averages if each.model))
    return f"{models or 'The model'} on average over {averages[0].data}"


def provenances(averages: Sequence[GlobalAverage]) -> list[str]:
    """How each was made, and how far the average speaks for the model."""
    several = len({each.model for each in averages}) > 1
    return [f"{each.model}: {provenance(each)}" if several else provenance(each) for each in averages]


def provenance(found: GlobalAverage) -> str:
    """How it was made, and how far the average speaks for the model."""
    samples = f"{found.samples:,} sample{'s' if found.samples != 1 else ''}"
    classes = f"{len(found.classes)} classes" if len(found.classes) > 1 else found.classes[0].label
    parts = [
        f"Average gradient of the {found.score} of {classes}, {samples} in {seconds(found.seconds)} on {found.device}."
    ]
    if found.agreement is not None:
        parts.append(f"The linear classifier made of it agrees with the model on {percent(found.agreement)} of them.")
    if found.accuracy is not None and found.linear_accuracy is not None:
        parts.append(f"Right: the model {percent(found.accuracy)}, the classifier {percent(found.linear_accuracy)}.")
    elif found.accuracy is not None:
        parts.append(f"The model is right on {percent(found.accuracy)}.")
    if found.status == "preview":
        parts.append("More samples are to come.")
    return " ".join(parts)


def _several(averages: Averages) -> list[GlobalAverage]:
    found = [averages] if isinstance(averages, GlobalAverage) else list(averages)
    if not found or len({each.kind for each in found}) > 1:
        kinds = ", ".join(dict.fromkeys(each.kind for each in found)) or "none"
        raise BadRequest(f"averages of one kind are drawn together, and these are: {kinds}", "Draw each alone.")
    return found


def _body(found: Sequence[GlobalAverage], look: Look) -> Body:
    if _is_image(found[0]):
        return jacobian.maps(found, look)
    if not found[0].names:
        raise BadRequest(
            f"there is no picture of gradients of shape {tuple(found[0].gradients.shape[1:])}", "Save them as .npz."
        )
    drawing = ranking.rankings(found)
    return Body(painted(drawing, look.theme, (look.width - 24 * look.zoom) / drawing.width), None, [_reading(found)])


def _html_picture(found: Sequence[GlobalAverage]) -> str:
    if _is_image(found[0]):
        try:
            return jacobian.html(found)
        except ImportError:
            return '<p class="faint">Pictures need Pillow: pip install pillow.</p>'
    if not found[0].names:
        return ""
    return f'{svg_image(ranking.rankings(found))}<p class="faint">{escape(_reading(found))}</p>'


def _reading(found: Sequence[GlobalAverage]) -> str:
    if found[0].kind == "text":
        return (
            "What a word does to the class where it occurs, on average (gradient . embedding): orange raises it, blue "
            "lowers it."
        )
    return "What one unit more of a column does to the class, on average: orange raises it, blue lowers it."


def _table(found: GlobalAverage) -> str:
    """The numbers behind the bars."""
    if not found.names:
        return ""
    parts = []
    for row, each in enumerate(found.classes):
        lines = "".join(
            f'<tr><td>{escape(entry.name)}</td><td class="number">{entry.average:+.4g}</td>'
            f'<td class="number">{"" if entry.length is None else f"{entry.length:.4g}"}</td>'
            f'<td class="number">{entry.count:,}</td></tr>'
            for entry in ranking.extremes(found, row, IN_TABLE)
        )
        head = "<tr><th></th><th>Average</th><th>Length of the gradient</th><th>Seen</th></tr>"
        summary = f"{found.model}: {each.label}" if found.model else each.label
        parts.append(f"<details><summary>{escape(summary)} in numbers</summary><table>{head}{lines}</table></details>")
    return "".join(parts)


def _sentence(found: GlobalAverage, row: int, most: int) -> str:
    if _is_image(found):
        return jacobian.sentence(found, row)
    if found.names:
        return ranking.sentence(found, row, most)
    values = found.gradients[row]
    return f"{found.classes[row].label}: from {float(values.min()):+.2g} to {float(values.max()):+.2g}"


def _is_image(found: GlobalAverage) -> bool:
    return found.kind == "image" and found.gradients.dim() == 4


def _notes(found: Sequence[GlobalAverage]) -> list[str]:
    return list(dict.fromkeys(note for each in found for note in each.notes))
