"""`explain` for many samples: micro-batches are filled with the gradients of several of them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from .datasets import open_data
from .errors import BadRequest
from .many_job import Explained, Many, ManyJob
from .models import as_model
from .request import Request
from .target import TargetChoice

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from .request import Options

__all__ = ["Explained", "explain_many", "explaining_many"]


def explain_many(
    model: object,
    data: object,
    *,
    method: str = "integrated",
    target: TargetChoice = None,
    by_label: bool = False,
    score: str = "probability",
    baseline: object = None,
    steps: int | None = None,
    tolerance: float | None = None,
    rule: str | None = None,
    seed: int = 0,
    device: str | None = None,
    samples: int | None = None,
    noise: float | None = None,
    over: str | None = None,
    limit: int | None = None,
    text_column: str | None = None,
    label_column: str | None = None,
) -> Iterator[Explained]:
    """Why a model gives each of many samples its score.

    The attributions are those of `explain`, one by one, up to rounding. Samples are read as they are needed, and handed
    out in their order as soon as they are done: memory does not grow with their number. Samples whose features have the
    same shape, so texts of equally many tokens, are evaluated together; nothing is padded.

    Parameters
    ----------
    model : a `Model`, an `nn.Module`, or a function written in torch.
    data : a list of whatever `explain` takes, a `DataLoader`, a `Dataset`, a tensor with a sample per row, a folder, a
        .csv or .jsonl file, or any iterable of samples or of (sample, label).
    target : of every sample: see `explain`. Left out, each sample's own most probable class.
    by_label : explain the class that the data say a sample is, instead of a target.
    method, score, baseline, steps, tolerance, rule, seed, device, samples, noise, over : see `explain`.
    limit : samples, at most.
    text_column, label_column : of a file; found by their usual names when left out.

    Yields
    ------
    Explained
        Of each sample its attribution, or its own error; the others are explained all the same. Whoever stops asking
        has cancelled.

    Raises
    ------
    AttributionError
        If the request or the model can serve no sample, or reading the data fails (after what could be read).

    Examples
    --------
    >>> import torch
    >>> from attribution_core import explain_many
    >>> linear = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(4, 2, bias=False))
    >>> [each.found.target.index for each in explain_many(linear, torch.rand(3, 1, 2, 2), target=1)]
    [1, 1, 1]
    """
    work = explaining_many(
        model,
        data,
        method=method,
        target=target,
        by_label=by_label,
        score=score,
        baseline=baseline,
        steps=steps,
        tolerance=tolerance,
        rule=rule,
        seed=seed,
        device=device,
        samples=samples,
        noise=noise,
        over=over,
        limit=limit,
        text_column=text_column,
        label_column=label_column,
    )
    return (step for step in work if isinstance(step, Explained))


def explaining_many(
    model: object,
    data: object,
    *,
    method: str = "integrated",
    target: TargetChoice = None,
    by_label: bool = False,
    limit: int | None = None,
    text_column: str | None = None,
    label_column: str | None = None,
    **options: Unpack[Options],
) -> Many:
    """`explain_many` in steps: yields progress between the results.

    Each `next` computes at most about one micro-batch, and between two of them everything of the caller's is as it was
    before. Closing the generator cancels.
    """
    request = Request(method=method, **options)
    for name in ("path", "plan"):
        if options.get(name) is not None:
            raise BadRequest(f"a {name} was given for many samples", "It is one sample's: explain them one by one.")
    if limit is not None and limit < 1:
        raise BadRequest(f"{limit} samples were asked for", "Ask for at least one.")
    if by_label and target is not None:
        raise BadRequest("both a target and by_label were given", "Give one of them.")
    model = as_model(model)
    network = model.network(request.device, request.seed)
    dataset = open_data(data, model.reads, text_column=text_column, label_column=label_column)
    if limit is not None:
        dataset = dataset.limited(limit)
    return network.stepwise(ManyJob(model, network, dataset, request, target, by_label).run())
