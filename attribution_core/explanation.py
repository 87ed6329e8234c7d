"""From a model and a sample to attributions: the whole way, in one place."""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Sequence
from typing import TYPE_CHECKING

import torch

from .attribution import Attribution, Comparison, Plan, Prediction, Progress
from .errors import BadRequest, BadSample
from .inputs import Prepared
from .job import Explaining as Comparing
from .job import Job, Question
from .models import Model, Network, as_model
from .next_token import token_labels
from .request import METHODS, Options, Request
from .target import Classes, ScoreKind, TargetChoice

if TYPE_CHECKING:
    from typing_extensions import Unpack

Explaining = Generator["Progress | Attribution", None, Attribution]

__all__ = ["METHODS", "Comparing", "Explaining", "compare", "comparing", "explain", "explaining", "predict"]


def explain(
    model: object,
    sample: object,
    *,
    method: str = "integrated",
    target: TargetChoice = None,
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
    path: Callable[[float], object] | None = None,
    plan: Plan | None = None,
) -> Attribution:
    """Why the model gives this sample its score.

    Parameters
    ----------
    model : a `Model`, an `nn.Module`, or a function written in torch.
    sample : for images a path, a PIL image, an array or a tensor; for texts a string or a tensor of token ids; for
        tables a row.
    method : `gradient` (how fast the score changes with each feature, here), `input-x-gradient`, `integrated`
        (integrated gradients), `interior` (the same with the gradients on the way kept apart, in `path.maps`),
        `smoothgrad`, `smoothgrad-squared` or `vargrad` (mean, mean square and variance over noisy copies).
    target : a class by index or label, or the difference of two, (a, b); the most probable one when left out. Of a
        language model the next token.
    score : `probability`, `logit` or `log-probability` of the target; `value` for the number itself (a regression).
    baseline : a name (images: black, white, grey, zero, blurred, noise, mean; texts: zero, pad, mask; tables: zero,
        mean), a tensor in the network's input space, or a `Baseline`; this kind's own default when left out. Over a
        `Baseline.dataset` attributions are averaged.
    steps : gradients along the path, from each baseline and for each noisy copy.
    tolerance : instead of steps, refine until the estimated relative error of the map is at most this. Left out
        like steps, it is 0.05, with at most 128 gradients.
    rule : with steps: `midpoint` (default), `trapezoid`, `gauss-legendre` or `right-riemann`.
    seed : of the noise, and of random numbers that the model draws.
    device : where to compute; where the model is when left out.
    samples : noisy copies, 50 when left out.
    noise : its standard deviation as a share of (max - min) of the input, 0.15 when left out.
    over : what is averaged over noisy copies: `gradient`, or `integrated` (which is meant if there are steps).
    path : instead of a baseline a function from a in [0, 1] to a point in the network's input space; it ends at the
        sample.
    plan : of a result; repeats its computation exactly. Method, rule, points, seed and noise are then the plan's.

    Raises
    ------
    AttributionError
        With one line that names the wrong value, and the next step.

    Examples
    --------
    >>> import torch
    >>> from attribution_core import explain
    >>> linear = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(4, 2, bias=False))
    >>> found = explain(linear, torch.ones(1, 1, 2, 2), score="logit", target=1)
    >>> torch.allclose(found.scores.flatten(), linear[1].weight[1])
    True
    """
    (found,) = compare(
        model,
        sample,
        methods=[method],
        targets=[target],
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
        path=path,
        plan=plan,
    )
    return found


def explaining(
    model: object,
    sample: object,
    *,
    method: str = "integrated",
    target: TargetChoice = None,
    **options: Unpack[Options],
) -> Explaining:
    """`explain` in steps: yields progress and previews, and returns the final result.

    Each `next` computes at most one micro-batch, and between two of them everything of the caller's is as it was
    before: train and eval flags, gradients, random numbers, torch's modes. Closing the generator cancels.
    """
    (found,) = yield from comparing(model, sample, methods=[method], targets=[target], **options)
    return found


def compare(
    model: object,
    sample: object,
    *,
    methods: Sequence[str] = ("integrated",),
    targets: Sequence[TargetChoice] = (None,),
    **options: Unpack[Options],
) -> Comparison:
    """Several methods or several targets side by side: for each method, an attribution of each target.

    The targets of a method share the forward passes: K targets cost K backward passes for each point.

    Parameters
    ----------
    model, sample, options : as for `explain`. Options of one method are left out for the others.

    Examples
    --------
    >>> import torch
    >>> from attribution_core import compare
    >>> linear = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(4, 3))
    >>> [found.target.index for found in compare(linear, torch.ones(1, 1, 2, 2), targets=[0, 2, (2, 0)])]
    [0, 2, 2]
    """
    network, work = _begun(model, sample, methods, targets, options, watched=False)
    return Comparison(network.at_once(work))


def comparing(
    model: object,
    sample: object,
    *,
    methods: Sequence[str] = ("integrated",),
    targets: Sequence[TargetChoice] = (None,),
    **options: Unpack[Options],
) -> Comparing:
    """`compare` in steps: yields progress and previews, and returns the final results. See `explaining`."""
    network, work = _begun(model, sample, methods, targets, options, watched=True)
    return (yield from network.stepwise(work))


def predict(model: object, sample: object, *, top: int = 5, device: str | None = None, seed: int = 0) -> Prediction:
    """The most probable classes of a sample.

    Parameters
    ----------
    model, sample, device, seed : as for `explain`.
    top : how many classes.
    """
    if top < 1:
        raise BadRequest(f"{top} classes were asked for", "Ask for at least one.")
    began = time.perf_counter()
    model = as_model(model)
    network = model.network(device, seed)
    with network.undisturbed():
        prepared = model.prepare(sample, network)
        classes = _classes(prepared, model, network).top(prepared.outputs, top)
    return Prediction(
        model=model.name or "",
        sample=prepared.name,
        kind=prepared.kind,
        classes=classes,
        seconds=time.perf_counter() - began,
        device=str(network.device),
        notes=list(prepared.notes),
    )


def _begun(
    model: object,
    sample: object,
    methods: Sequence[str],
    targets: Sequence[TargetChoice],
    options: Options,
    watched: bool,
) -> tuple[Network, Comparing]:
    """The network, and the work that is to be done with it."""
    if not methods or not targets:
        raise BadRequest("nothing to compare was given", "Name methods, or targets.")
    requests = [request.repeating() for request in Request.each(methods, options)]
    model = as_model(model)
    network = model.network(requests[0].device, requests[0].seed)
    return network, _compared(model, sample, requests, targets, network, watched)


def _compared(
    model: Model,
    sample: object,
    requests: Sequence[Request],
    targets: Sequence[TargetChoice],
    network: Network,
    watched: bool,
) -> Comparing:
    """The work itself. It runs inside `network.undisturbed()`, step by step."""
    began = time.perf_counter()
    yield Progress(0, 0, "Reading the sample")
    question = question_about(model.prepare(sample, network), model, network, requests[0].kind, targets)
    found: list[Attribution] = []
    for request in requests:
        found.extend((yield from Job(question, request, began, watched).run()))
        began = time.perf_counter()
    return found


def question_about(
    prepared: Prepared, model: Model, network: Network, kind: ScoreKind, targets: Sequence[TargetChoice]
) -> Question:
    """What is asked about a sample: the scores of these targets."""
    classes = _classes(prepared, model, network, kind)
    chosen = [classes.chosen(target, prepared.outputs) for target in targets]
    return Question(model, network, prepared, classes, chosen, classes.kind_of_score(kind))


def _classes(prepared: Prepared, model: Model, network: Network, kind: ScoreKind = "probability") -> Classes:
    if not bool(torch.isfinite(prepared.outputs).all()):
        raise BadSample("the model's output for this sample is not finite", "Check the weights and the sample for NaN.")
    labels = model.labels
    words = {len(table) for table in getattr(prepared, "tables", ())}
    if labels is None and prepared.outputs.shape[1] in words:
        labels = token_labels(model.inputs)
        prepared.notes.append("The model is a language model; its classes are the tokens that may come next.")
    task = "regression" if kind == "value" else model.task
    return Classes.recognise(prepared.outputs, network.module, labels, task)
