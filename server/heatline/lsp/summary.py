"""An explanation in words: Markdown for a hover, plain text for a message."""

from __future__ import annotations

import base64
import re
import sys
from array import array
from collections.abc import Callable

from ..protocol import (
    Average,
    ClassScore,
    EncodedArray,
    Explanation,
    ImagePicture,
    TabularPicture,
    TextPicture,
    TokenScore,
)

WORDS = 6
"""How many of the strongest words are named."""
IN_WORDS = 4
"""How many classes of an average are told of."""
LONGEST = 4000
"""Characters of a summary at most."""

LARGEST_COLOURED = 40_000
"""Characters of the coloured words."""
POSITIVE, NEGATIVE = "#cf8e68", "#609dbc"
"""As everywhere in the pictures: `attribution_core.palette`."""
_FAINTEST = 16
"""Of 255: fainter colours cannot be told from none."""

_MARKUP = re.compile(r"([\\`*_\[\]<>|~&])")
"""What Markdown reads as markup within a line; not more, because Neovim shows backslashes as they are."""
_ROWS = ("upper", "middle", "lower")
_COLUMNS = ("left", "centre", "right")


def plain(explanation: Explanation) -> str:
    """One short paragraph."""
    classes = ", ".join(f"{_short(c.label)} {_value(c)}" for c in explanation.classes[:3])
    parts = [f"{explanation.model}: {classes}.", f"{_drivers(explanation, str)}.", *explanation.notes]
    return _cut(" ".join(filter(None, [*parts, _trust(explanation)])))


def markdown(explanation: Explanation) -> str:
    """Paragraphs: the classes, what drove the prediction, how it was computed."""
    classes = [f"{_escape(_short(c.label))} {_value(c)}" for c in explanation.classes]
    classes[:1] = [f"**{text}**" for text in classes[:1]]
    how = f"{explanation.method}, {explanation.target.score} of {_short(explanation.target.label)}, {explanation.model}"
    notes = [_escape(note) for note in [*explanation.notes, _trust(explanation)] if note]
    return _cut("\n\n".join([" · ".join(classes), _drivers(explanation, _code), *notes, f"*{_escape(how)}*"]))


def top(explanation: Explanation) -> str:
    """The most probable class, in as few words as fit beside the code."""
    best = explanation.classes[0]
    return f"{_short(best.label)} {_value(best)}"


def average(found: Average) -> str:
    """Global average gradients, in a sentence for each class."""
    parts = [f"{found.model} over {found.samples} samples of {found.data}."]
    for each in found.classes[:IN_WORDS]:
        features = sorted(each.features, key=lambda feature: -abs(feature.average))[:WORDS]
        said = ", ".join(f"{_short(feature.name)} {_signed(feature.average)}" for feature in features)
        parts.append(f"{_short(each.label)}: {said}." if said else f"{_short(each.label)}.")
    if found.agreement is not None:
        parts.append(f"A linear classifier of these averages agrees with the model on {_percent(found.agreement)}.")
    return _cut(" ".join([*parts, *found.notes]))


def coloured(text: str, words: list[TokenScore]) -> str:
    """A text with its words behind colours, as the only HTML that VS Code's hovers leave in Markdown.

    The stronger a score, the less transparent its colour; scores too weak to be seen have none. Newlines are shown
    as spaces, and what does not fit is left out.
    """
    strongest = max((abs(word.score) for word in words), default=0.0)
    found: list[str] = []
    length = position = 0
    for word in words:
        between = _html(text[position : word.start])
        position = max(position, word.end)
        strength = round(255 * abs(word.score) / strongest) if strongest else 0
        colour = POSITIVE if word.score > 0 else NEGATIVE
        said = _html(text[word.start : word.end])
        if strength >= _FAINTEST:
            said = f'<span style="background-color:{colour}{strength:02x};">{said}</span>'
        length += len(between) + len(said)
        if length > LARGEST_COLOURED:
            return f"{''.join(found)} …"
        found += [between, said]
    return "".join(found).strip()


def _html(text: str) -> str:
    """Text as neither HTML nor Markdown reads it otherwise: each sign that one of them knows as a number."""
    return re.sub(r"[^\w\s]|_", lambda sign: f"&#{ord(sign.group())};", re.sub(r"\s", " ", text))


def _drivers(explanation: Explanation, word: Callable[[str], str]) -> str:
    """What drove the prediction; `word` sets a word of the sample or a label apart."""
    picture = explanation.picture
    label = word(_short(explanation.target.label))
    if isinstance(picture, ImagePicture):
        place, share = strongest_place(picture)
        return f"{_percent(share)} of the attribution lies in the {place} ninth of what the model saw"
    if isinstance(picture, TabularPicture):
        columns = sorted(picture.columns, key=lambda column: -abs(column.score))[:WORDS]
        scores = ", ".join(f"{word(_short(f'{c.name} = {c.value}'))} {_signed(c.score)}" for c in columns)
        return f"Columns for (+) and against (−) {label}: {scores}"
    strongest = strongest_words(picture)
    if not strongest:
        return f"No word changed {label}"
    scores = ", ".join(f"{word(_short(found.text))} {_signed(found.score)}" for found in strongest)
    return f"Words for (+) and against (−) {label}: {scores}"


def _trust(explanation: Explanation) -> str:
    completeness = explanation.completeness
    if completeness is None or completeness.relative_error < 0.05:
        return ""
    return f"The parts miss the whole by {_percent(completeness.relative_error)}: read them with care."


def strongest_words(picture: TextPicture) -> list[TokenScore]:
    """The words of the largest scores, strongest first; each word once, with its scores added up."""
    totals: dict[str, TokenScore] = {}
    for word in picture.words:
        before = totals.get(word.text)
        score = word.score + (before.score if before else 0.0)
        totals[word.text] = TokenScore(word.text, word.start, word.end, score)
    named = [word for word in totals.values() if word.score and any(c.isalnum() for c in word.text)]
    return sorted(named, key=lambda word: -abs(word.score))[:WORDS]


def strongest_place(picture: ImagePicture) -> tuple[str, float]:
    """The ninth of the map with the largest attribution, in words, and its share of the whole."""
    values = numbers(picture.magnitude)
    height, width = picture.magnitude.shape
    cells = [0.0] * 9
    for row in range(height):
        for third in range(3):
            left, right = third * width // 3, (third + 1) * width // 3
            cells[3 * (3 * row // height) + third] += sum(values[row * width + left : row * width + right])
    best = max(range(9), key=cells.__getitem__)
    row, column = divmod(best, 3)
    place = "middle" if best == 4 else f"{_ROWS[row]} {_COLUMNS[column]}"
    whole = sum(cells)
    return place, cells[best] / whole if whole else 0.0


def numbers(encoded: EncodedArray) -> array[int]:
    """The integers of an array, in row-major order; its scale is not applied."""
    values = array("h", base64.b64decode(encoded.data))
    if sys.byteorder == "big":
        values.byteswap()
    return values


def _value(entry: ClassScore) -> str:
    """A probability in percent; of a regression the value."""
    return f"{entry.logit:.4g}" if entry.probability is None else _percent(entry.probability)


def _percent(value: float) -> str:
    return f"{100 * value:.1f} %" if value < 0.9995 else "100 %"


def _signed(value: float) -> str:
    """With a real minus sign, and enough digits to tell small scores apart."""
    digits = 3 if abs(value) >= 0.001 else 6
    return f"{value:+.{digits}f}".replace("-", "−")


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 60 else f"{text[:57]}..."


def _code(text: str) -> str:
    """A code span, in which nothing is markup; fenced longer than any run of backticks in it."""
    longest = max(map(len, re.findall("`+", text)), default=0)
    fence = "`" * (longest + 1)
    return f"{fence} {text} {fence}" if longest else f"`{text}`"


def _escape(text: str) -> str:
    return _MARKUP.sub(r"\\\1", " ".join(text.split()))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"
