"""From a model and a data set to its average gradients: one pass, in memory that does not grow with the data."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from .average_job import Averaging, Job
from .datasets import open_data
from .errors import BadRequest
from .finishing import finished
from .global_average import AveragePlan, AverageState, GlobalAverage
from .models import as_model
from .target import score_kind


def average(
    model: object,
    data: object,
    *,
    classes: Sequence[int | str] | None = None,
    score: str = "logit",
    limit: int | None = None,
    text_column: str | None = None,
    label_column: str | None = None,
    compare: bool = True,
    state: AverageState | str | os.PathLike[str] | None = None,
    plan: AveragePlan | None = None,
    seed: int = 0,
    device: str | None = None,
) -> GlobalAverage:
    """What a model makes of its inputs on average over a data set (Hechtlinger 2016).

    Parameters
    ----------
    model : a `Model`, an `nn.Module`, or a function written in torch.
    data : a folder, a .csv or .jsonl file, a `DataLoader`, a `Dataset`, tensors, or any iterable of samples or of
        (sample, label). It is read once, and a second time for the comparison.
    classes : indices or labels; all when left out, of a model that has at most 20.
    score : `logit`, `probability` or `log-probability`; of a regression it is the value.
    limit : samples, at most.
    text_column, label_column : of a file; found by their usual names when left out.
    compare : measure how often the classifier made of the averages agrees with the model. It costs another forward pass
        per sample.
    state : carries the sums over an interruption. With the path of a file, the work goes on from that file if it is
        there, and writes it every 30 seconds and at the end, however the end comes. The data must come in the same
        order as before.
    plan : of an earlier result, to repeat it exactly. A state that has begun has its own.
    seed : of random numbers that the model draws.
    device : where to compute; where the model is when left out.

    Raises
    ------
    AttributionError
        With one line that names the wrong value, and the next step.

    Examples
    --------
    >>> import torch
    >>> from attribution_core import average
    >>> linear = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(4, 2))
    >>> found = average(linear, torch.rand(50, 1, 2, 2))
    >>> torch.allclose(found.gradients.flatten(1), linear[1].weight.double()), found.agreement
    (True, 1.0)
    """
    work = averaging(
        model,
        data,
        classes=classes,
        score=score,
        limit=limit,
        text_column=text_column,
        label_column=label_column,
        compare=compare,
        state=state,
        plan=plan,
        seed=seed,
        device=device,
    )
    return finished(work)


def averaging(
    model: object,
    data: object,
    *,
    classes: Sequence[int | str] | None = None,
    score: str = "logit",
    limit: int | None = None,
    text_column: str | None = None,
    label_column: str | None = None,
    compare: bool = True,
    state: AverageState | str | os.PathLike[str] | None = None,
    plan: AveragePlan | None = None,
    seed: int = 0,
    device: str | None = None,
) -> Averaging:
    """`average` in steps: yields progress and previews, and returns the final result.

    Each `next` computes one micro-batch, or several that are brief, and between two of them everything of the caller's
    is as it was before. Closing the generator cancels; what was computed by then is in the state.
    """
    model = as_model(model)
    if limit is not None and limit < 1:
        raise BadRequest(f"{limit} samples were asked for", "Ask for at least one.")
    if classes is not None and not classes:
        raise BadRequest("no classes were asked for", "Name at least one, or leave them out.")
    network = model.network(device, seed)
    dataset = open_data(data, model.reads, text_column=text_column, label_column=label_column)
    if limit is not None:
        dataset = dataset.limited(limit)
    kept, path = _state(state)
    job = Job(model, network, dataset, classes, score_kind(score), compare, kept, path, plan)
    return (yield from network.stepwise(job.run()))


def _state(state: AverageState | str | os.PathLike[str] | None) -> tuple[AverageState, Path | None]:
    if state is None or isinstance(state, AverageState):
        return state or AverageState(), None
    path = Path(state)
    return (AverageState.load(path) if path.exists() else AverageState()), path
