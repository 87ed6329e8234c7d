"""Which pictures belong to which kind of attribution: the one place where kinds are told apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from ..attribution import Attribution
from ..errors import BadRequest
from . import image, tabular, text
from .look import Body, Look
from .paint import Show


class Kind(Protocol):
    """How attributions of one kind are drawn, one or several beside each other: a module with these functions."""

    def body(self, found: Sequence[Any], look: Look) -> Body:
        """The inside of a PNG."""

    def html(self, found: Sequence[Any], look: Look) -> str:
        """A fragment that needs the style sheet of `html`."""

    def terminal(self, found: Sequence[Any], look: Look) -> str:
        """Lines with colours."""

    def summary(self, attribution: Any) -> list[str]:
        """What the picture shows, in words."""

    def full(self, attribution: Any, show: Show) -> float:
        """The value that has the full colour; 0 where there is nothing to show."""

    def maps_on_page(self, attribution: Any) -> int:
        """How many interior maps a page has room for."""


KINDS: dict[str, Kind] = {"image": image, "text": text, "tabular": tabular}


def kind_of(found: Sequence[Attribution]) -> Kind:
    """How these attributions are drawn.

    Raises
    ------
    BadRequest
        If there are none, they are of several kinds, or there are no pictures of their kind.
    """
    kinds = sorted({attribution.kind for attribution in found})
    if len(kinds) != 1:
        said = " and ".join(f"'{kind}'" for kind in kinds) or "nothing"
        raise BadRequest(f"{said} cannot be drawn beside each other", "Give attributions of one kind.")
    if kinds[0] not in KINDS:
        raise BadRequest(f"there are no pictures of '{kinds[0]}'", f"There are some of {', '.join(KINDS)}.")
    return KINDS[kinds[0]]
