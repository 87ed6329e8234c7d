"""Embeddings as inputs: a text is differentiated where it first becomes numbers that can vary.

Token ids cannot be scaled or differentiated; their embeddings can. So, while a network runs, every lookup of
*our* ids is intercepted, and the embeddings under study are handed to the network instead of the table's. It
is done by a `TorchFunctionMode`, which is local to the thread: hooks on modules would fire in the person's
other threads as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import torch
from torch import Tensor
from torch.nn import functional
from torch.overrides import TorchFunctionMode

EMBEDDING, BAG = functional.embedding, functional.embedding_bag


class _Lookups(TorchFunctionMode):
    """Intercepts lookups of `ids`, of shape (n, length), in any embedding table."""

    def __init__(self, ids: Tensor) -> None:
        super().__init__()
        self.ids = ids

    def embeddings(self, table: Tensor, options: Mapping[str, Any]) -> Tensor | None:
        """What stands for the table's rows: (n, length, size); None to leave a lookup alone."""
        raise NotImplementedError

    def __torch_function__(
        self,
        func: Callable[..., Any],
        types: Iterable[type],
        args: tuple[Any, ...] = (),
        kwargs: Mapping[str, Any] | None = None,
    ) -> Any:
        kwargs = dict(kwargs or {})
        if func is not EMBEDDING and func is not BAG:
            return func(*args, **kwargs)
        names = ("input", "weight", "padding_idx", "max_norm", "norm_type")
        bag_names = ("input", "weight", "offsets", "max_norm", "norm_type", "scale_grad_by_freq", "mode")
        given = dict(zip(names if func is EMBEDDING else bag_names, args, strict=False)) | kwargs
        places = positions(given["input"], self.ids)
        if places is None or given.get("offsets") is not None:
            return func(*args, **kwargs)
        found = self.embeddings(given["weight"], given)
        if found is None:
            return func(*args, **kwargs)
        # A copy, since the network may write into it; where all ids stand as they are, the cheapest one.
        looked_up = found.clone() if _same(given["input"], self.ids) else found.flatten(0, 1)[places]
        return looked_up if func is EMBEDDING else _pooled(looked_up, given)


class RecordedLookups(_Lookups):
    """Takes note of the embeddings that a network looks up for the ids of one text, (1, length).

    Attributes
    ----------
    tables : the embedding tables, in the order of their first use.
    found : for each table the embeddings, (length, size).
    """

    def __init__(self, ids: Tensor) -> None:
        super().__init__(ids)
        self.tables: list[Tensor] = []
        self.found: list[Tensor] = []

    def embeddings(self, table: Tensor, options: Mapping[str, Any]) -> Tensor:
        known = _index(table, self.tables)
        if known is None:
            rows = table.detach()
            if options.get("max_norm") is not None:
                rows = rows.clone()  # the lookup would renormalise the person's table in place
            looked_up = EMBEDDING(self.ids, rows, None, options.get("max_norm"), options.get("norm_type") or 2.0)
            known = len(self.tables)
            self.tables.append(table)
            self.found.append(looked_up[0].clone())
        return self.found[known][None]


class ReplacedLookups(_Lookups):
    """Hands a network embeddings of our own.

    Parameters
    ----------
    ids : (n, length), n times the same text.
    tables : as `RecordedLookups` found them.
    replacements : one tensor per table, (n, length, size).
    """

    def __init__(self, ids: Tensor, tables: list[Tensor], replacements: tuple[Tensor, ...]) -> None:
        super().__init__(ids)
        self.tables = tables
        self.replacements = replacements

    def embeddings(self, table: Tensor, options: Mapping[str, Any]) -> Tensor | None:
        known = _index(table, self.tables)
        return None if known is None else self.replacements[known]


def positions(looked_up: object, ids: Tensor) -> Tensor | None:
    """Which of our ids a lookup is for: indices into `ids.flatten()`, in the lookup's shape; None if not ours.

    A lookup of a view of our ids (a slice, a transposition) is recognised by its memory, of a copy by its
    values. Positions (0, 1, 2, ...) share neither, unless a text happens to spell them.
    """
    if not isinstance(looked_up, Tensor) or looked_up.device != ids.device or looked_up.is_floating_point():
        return None
    count = torch.arange(ids.numel(), device=ids.device)
    if looked_up.dtype == ids.dtype and looked_up.untyped_storage().data_ptr() == ids.untyped_storage().data_ptr():
        return count.as_strided(looked_up.shape, looked_up.stride(), looked_up.storage_offset())
    for ours, places in ((ids, count.reshape(ids.shape)), (ids.t(), count.reshape(ids.shape).t())):
        if looked_up.shape == ours.shape and torch.equal(looked_up.to(ids.dtype), ours):
            return places
    return None


def _same(looked_up: Tensor, ids: Tensor) -> bool:
    """Whether a lookup is for our ids themselves, not for a part of them or in another order."""
    return (
        looked_up.data_ptr() == ids.data_ptr() and looked_up.shape == ids.shape and looked_up.stride() == ids.stride()
    )


def _index(table: Tensor, tables: list[Tensor]) -> int | None:
    for i, known in enumerate(tables):
        if table is known or (table.data_ptr() == known.data_ptr() and table.shape == known.shape):
            return i
    return None


def _pooled(embeddings: Tensor, options: Mapping[str, Any]) -> Tensor:
    """What `embedding_bag` makes of the embeddings of each row: their mean, sum or maximum."""
    mode = options.get("mode", "mean")
    ids, padding = options["input"], options.get("padding_idx")
    kept = torch.ones_like(ids, dtype=torch.bool) if padding is None else ids != padding
    if mode == "max":
        return embeddings.masked_fill(~kept[..., None], -torch.inf).amax(1)
    weights = options.get("per_sample_weights")
    total = (embeddings * (kept if weights is None else kept * weights)[..., None].to(embeddings.dtype)).sum(1)
    return total if mode == "sum" else total / kept.sum(1, keepdim=True).clamp_min(1)
