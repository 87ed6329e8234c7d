"""What names are bound to, in the text that stands before a place."""

from __future__ import annotations

from collections.abc import Iterator

from .names import Node, is_attribute, walk

BLOCKS = ("funcdef", "classdef", "lambdef")
"""What runs apart from the text around it."""
_BRANCHES = ("if_stmt", "for_stmt", "while_stmt", "try_stmt", "match_stmt", "case_block")


def binding(name: str, place: Node, tree: Node) -> Node | None:
    """What a name was last bound to before a place; None for a parameter, and where nothing is known.

    `tree` is the whole module.
    """
    return next(reversed(candidates(name, place, tree)), None)


def candidates(name: str, place: Node, tree: Node) -> list[Node]:
    """What a name may have been bound to at a place, the last one last: several after a branch, a loop or `+=`."""
    inner = True
    block = around(place, "funcdef")
    while True:
        found: list[Node] = []
        for target, value in _bindings(block or tree):
            if target.value != name or value is None or value.start_pos <= place.start_pos < value.end_pos:
                continue
            if inner and target.start_pos > place.start_pos:
                if _in_one_loop(target, place):
                    found.insert(0, value)  # from the round before
                continue
            if inner and _replaces(target, place):
                found.clear()
            found.append(value)
        if found or block is None:
            return found
        if any(param.name.value == name for param in block.get_params()):
            return []
        block, inner = around(block, "funcdef"), False


def attribute_binding(dotted: str, place: Node) -> Node | None:
    """What `self.net` was bound to in the class around a place."""
    block = around(place, "classdef")
    if block is None:
        return None
    for node in walk(block):
        if node.type == "expr_stmt" and code_of([node.children[0]]) == dotted and not _contains(node, place):
            value: Node = node.get_rhs()
            return value
    return None


def around(place: Node, kind: str) -> Node | None:
    """The innermost function or class in whose body a place stands."""
    node = place.parent
    while node is not None and not (node.type == kind and _contains(node.children[-1], place)):
        node = node.parent
    return node


def _contains(node: Node, place: Node) -> bool:
    return bool(node.start_pos <= place.start_pos < node.end_pos)


def code_of(parts: list[Node]) -> str:
    """Program text without spaces and comments."""
    return "".join(leaf.value for part in parts for leaf in walk(part) if not hasattr(leaf, "children"))


def _bindings(block: Node) -> Iterator[tuple[Node, Node | None]]:
    """The names that a function or module binds, in order, each with what it is bound to."""
    for child in getattr(block, "children", ()):
        if child.type == "expr_stmt":
            yield from ((name, child.get_rhs()) for name in child.get_defined_names() if not is_attribute(name.parent))
        elif child.type == "for_stmt":
            yield from ((name, child.children[3]) for name in walk(child.children[1]) if name.type == "name")
        elif child.type == "namedexpr_test":
            yield child.children[0], child.children[2]
        if child.type not in BLOCKS:
            yield from _bindings(child)


def _replaces(target: Node, place: Node) -> bool:
    """What a name was bound to before is gone at a place: the binding is no `+=`, and stands in no branch beside it."""
    statement = target.parent
    while statement is not None and statement.type != "expr_stmt":
        statement = statement.parent
    if statement is not None and statement.children[1].type == "operator" and statement.children[1].value != "=":
        return False
    node = target.parent
    while node is not None and node.type not in BLOCKS:
        if node.type == "suite" and node.parent.type in _BRANCHES and not _contains(node, place):
            return False
        node = node.parent
    return True


def _in_one_loop(target: Node, place: Node) -> bool:
    node = target.parent
    while node is not None and node.type not in BLOCKS:
        if node.type in ("for_stmt", "while_stmt") and _contains(node, place):
            return True
        node = node.parent
    return False
