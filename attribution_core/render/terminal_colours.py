"""Colours of a terminal that shows 24 bits of them."""

from __future__ import annotations

from ..palette import Rgb

RESET = "\x1b[0m"
UNDERLINE = "\x1b[4m"


def ink(colour: Rgb) -> str:
    """From here on letters are of this colour."""
    return "\x1b[38;2;{};{};{}m".format(*colour)


def ground(colour: Rgb) -> str:
    """From here on letters stand on this colour."""
    return "\x1b[48;2;{};{};{}m".format(*colour)
