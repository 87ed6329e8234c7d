"""The colours of every picture, in one place.

Perceptually uniform (equal steps of a value look like equal steps) and readable with every common colour
vision deficiency: the stops are taken, every eighth of 256, from the published maps

    DIVERGING        vik     Fabio Crameri, Scientific colour maps (2018), doi:10.5281/zenodo.1243862
    DIVERGING_DARK   berlin  the same
    SEQUENTIAL       inferno Stefan van der Walt and Nathaniel Smith, for matplotlib (2015)

vik and berlin are under the MIT licence, (c) 2020 Fabio Crameri; inferno is in the public domain (CC0).
"""

from __future__ import annotations

Rgb = tuple[int, int, int]


def _stops(colours: str) -> tuple[str, ...]:
    return tuple(colours.split())


DIVERGING = _stops(
    "#001261 #021f69 #022b71 #023779 #034481 #045089 #0c5e92 #1b6d9b #2f7ca6 #478db1 #609dbc "
    "#79adc7 #92bdd2 #acccdc #c5dbe5 #dce5e9 #ece5e1 #eedacf #e9cbb9 #e2bba4 #dcab8f #d59c7b "
    "#cf8e68 #c97f55 #c37243 #bc6331 #b3531f #a5400e #932e06 #832106 #741506 #660a07 #590008"
)
"""From the strongest negative value (blue) through zero (the middle stop) to the strongest positive one (orange)."""

DIVERGING_DARK = _stops(
    "#9eb0ff #8caef6 #79abed #65a7e2 #529fd3 #4194c1 #3686ad #2e779a #286886 #235a74 #1d4b61 "
    "#183e50 #14313f #11252f #111a20 #121214 #190c09 #210b03 #2a0e01 #351000 #401201 #4c1602 "
    "#5a1c07 #6a2610 #7c331d #8d412c #9c503d #ac5e4f #bc6e61 #cc7d74 #dd8d86 #ee9d9a #ffadad"
)
"""The same for dark backgrounds: zero is nearly black."""

SEQUENTIAL = _stops(
    "#000004 #040312 #0b0724 #150b37 #210c4a #2e0a5a #3c0965 #4a0c6b #57106d #63146e #70196e "
    "#7d1e6d #89226a #962766 #a32b61 #af315c #bb3755 #c63e4d #d14644 #db4f3b #e35932 #eb6528 "
    "#f1711e #f67f14 #f98d0a #fb9c06 #fcab0f #fbba1f #f9ca32 #f5d949 #f2e865 #f3f586 #fcffa4"
)
"""From nothing (black) to the largest magnitude (pale yellow)."""


def parse_hex(colour: str) -> Rgb:
    """Reads `#rrggbb`."""
    return int(colour[1:3], 16), int(colour[3:5], 16), int(colour[5:7], 16)


def colour_at(stops: tuple[str, ...], position: float) -> Rgb:
    """The colour at a position from 0 to 1, interpolated between evenly spaced stops."""
    place = min(1.0, max(0.0, position)) * (len(stops) - 1)
    left = min(int(place), len(stops) - 2)
    before, after = parse_hex(stops[left]), parse_hex(stops[left + 1])
    red, green, blue = (round(a + (b - a) * (place - left)) for a, b in zip(before, after, strict=True))
    return red, green, blue


def signed_colour(strength: float, stops: tuple[str, ...] = DIVERGING) -> Rgb:
    """The diverging colour of a strength from -1 to 1."""
    return colour_at(stops, (strength + 1) / 2)


def luminance(colour: Rgb) -> float:
    """Relative luminance, from 0 (black) to 1 (white), as the Web Content Accessibility Guidelines define it."""
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (part / 255 for part in colour)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def readable_on(ground: Rgb) -> Rgb:
    """Black or white, whichever can be read on a ground."""
    return (0, 0, 0) if luminance(ground) > 0.18 else (255, 255, 255)
