"""What expressions are, as far as the text alone is sure: literals, lists of literals, an index."""

from __future__ import annotations

from bisect import bisect_left

from .bindings import candidates, code_of
from .literals import literal_at
from .names import Node, parts_of
from .utf16 import Lines

STRINGS = ("string", "strings", "fstring")
"""parso's kinds of string literals."""
_DEEPEST = 12


def known_value(node: Node, tree: Node, lines: Lines, depth: int = 0) -> str | None:
    """The value of a literal, and of a name that can only stand for one; None where the text does not tell.

    Parameters
    ----------
    tree, lines : of the whole module; in code points.
    """
    if node.type == "name" and depth < _DEEPEST:
        bound = candidates(node.value, node, tree)
        return known_value(bound[0], tree, lines, depth + 1) if len(bound) == 1 else None

    def offset(part: Node) -> int:
        return lines.offset(part.start_pos[0] - 1, part.start_pos[1])

    literal = literal_at(tree.get_code(), offset(node) + 1) if node.type in STRINGS else None
    if literal is None:
        return None
    pieces, last = [], 0
    for part in _interpolations(node):
        value = known_value(part.children[1], tree, lines, depth + 1) if len(part.children) == 3 else None
        if value is None:
            return None
        at = bisect_left(literal.starts, offset(part))
        pieces += [literal.value[last:at], value]
        last = at
    return "".join([*pieces, literal.value[last:]])


def _interpolations(node: Node) -> list[Node]:
    """The outermost `{...}` of a literal, in order."""
    if node.type == "fstring_expr":
        return [node]
    return [found for child in getattr(node, "children", ()) for found in _interpolations(child)]


def entries_of(node: Node) -> list[Node]:
    """The entries of a list or tuple of string literals alone; none for anything else."""
    if node.type != "atom" or node.children[0].value not in "[(" or node.children[1].type != "testlist_comp":
        return []
    entries = [child for child in node.children[1].children if child.type != "operator"]
    return entries if all(entry.type in STRINGS for entry in entries) else []


def index_behind(leaf: Node) -> int | None:
    """The number in `pred[1]`."""
    parts = parts_of(leaf.parent) if leaf.parent.type in ("atom_expr", "power") else []
    if len(parts) < 2 or parts[0] is not leaf or code_of([parts[1]])[:1] != "[":
        return None
    inside = code_of(parts[1].children[1:-1])
    return int(inside) if inside.lstrip("-").isdecimal() else None
