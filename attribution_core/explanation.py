"""From a model and a sample to an attribution: the whole way, in one place."""

from __future__ import annotations

import time
from collections.abc import Generator
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor

from .attribution import Attribution, Completeness, Plan, Prediction, Progress
from .batching import MOST_POINTS, MicroBatch
from .engine import Engine, Point
from .errors import AttributionError, BadBaseline, BadRequest, BadSample
from .inputs import Prepared
from .methods import Average, Averaging, StraightPath, gradient, integrated_gradients
from .models import Model, Network, as_model
from .quadrature import RULES, doubling, progressive
from .target import Classes, ScoreKind, Target, score_kind

METHODS = ("gradient", "integrated")
TOLERANCE = 0.05
"""Estimated relative L1 error of the map that integrated gradients are refined to, unless told otherwise."""
LEAST_POINTS = 17
"""Before so many points an agreement of two rules is likely to be luck."""
MOST_GRADIENTS = 129
"""Gradients that are spent on it, at most."""
SHOWN_CLASSES = 5

Explaining = Generator["Progress | Attribution", None, Attribution]


def explain(
    model: object,
    sample: object,
    *,
    method: str = "integrated",
    target: int | str | None = None,
    score: str = "probability",
    baseline: object = None,
    steps: int | None = None,
    tolerance: float | None = None,
    rule: str | None = None,
    seed: int = 0,
    device: str | None = None,
) -> Attribution:
    """Why the model gives this sample its score.

    Parameters
    ----------
    model : a `Model`, an `nn.Module`, or a function written in torch.
    sample : for images a path, a PIL image, an array or a tensor; for texts a string or a tensor of token ids.
    method : `gradient` (how fast the score changes with each feature, here) or `integrated` (integrated gradients).
    target : a class by index or label; the most probable one when left out.
    score : `probability`, `logit` or `log-probability` of the target.
    baseline : a name (images: black, white, grey, zero, blurred; texts: zero, pad, mask) or a tensor in the network's
        input space; black or the zero embedding when left out.
    steps : gradients along the path, for `integrated`.
    tolerance : instead of steps, refine until the estimated relative error of the map is at most this. Left out
        like steps, it is 0.05, with at most 129 gradients.
    rule : with steps: `midpoint` (default), `trapezoid`, `gauss-legendre` or `right-riemann`.
    seed : of random numbers that the model draws.
    device : where to compute; where the model is when left out.

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
    work = explaining(
        model,
        sample,
        method=method,
        target=target,
        score=score,
        baseline=baseline,
        steps=steps,
        tolerance=tolerance,
        rule=rule,
        seed=seed,
        device=device,
    )
    while True:
        try:
            next(work)
        except StopIteration as done:
            found: Attribution = done.value
            return found


def explaining(
    model: object,
    sample: object,
    *,
    method: str = "integrated",
    target: int | str | None = None,
    score: str = "probability",
    baseline: object = None,
    steps: int | None = None,
    tolerance: float | None = None,
    rule: str | None = None,
    seed: int = 0,
    device: str | None = None,
) -> Explaining:
    """`explain` in steps: yields progress and previews, and returns the final result.

    Each `next` computes at most one micro-batch, and between two of them everything of the caller's is as it was
    before: train and eval flags, gradients, random numbers, torch's modes. Closing the generator cancels.
    """
    request = _Request(method, target, score_kind(score), baseline, steps, tolerance, rule)
    tied = as_model(model)
    network = tied.network(device, seed)
    return (yield from network.stepwise(_steps(tied, sample, request, network)))


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


@dataclass(frozen=True)
class _Request:
    """What was asked for, checked as far as that goes without the model."""

    method: str
    target: int | str | None
    score: ScoreKind
    baseline: object
    steps: int | None
    tolerance: float | None
    rule: str | None

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise BadRequest(f"there is no method '{self.method}'", f"Choose one of {', '.join(METHODS)}.")
        if self.steps is not None and self.steps < 1:
            raise BadRequest(f"{self.steps} steps were asked for", "Ask for at least one.")
        if self.tolerance is not None and not self.tolerance > 0:
            raise BadRequest(f"a tolerance of {self.tolerance} cannot be reached", "0.05 is usual.")
        if self.steps is not None and self.tolerance is not None:
            raise BadRequest("both steps and a tolerance were given", "Give one of them.")
        if self.rule is not None and self.rule not in RULES:
            raise BadRequest(f"there is no quadrature rule '{self.rule}'", f"Choose one of {', '.join(RULES)}.")
        if self.rule is not None and self.steps is None:
            raise BadRequest(f"the rule '{self.rule}' was given without steps", "Say how many: steps=32.")


def _steps(model: Model, sample: object, request: _Request, network: Network) -> Explaining:
    """The work itself. It runs inside `network.undisturbed()`, step by step."""
    began = time.perf_counter()
    yield Progress(0, 0, "Reading the sample")
    prepared = model.prepare(sample, network)
    classes = _classes(prepared, model, network)
    index = classes.top(prepared.outputs, 1)[0].index if request.target is None else classes.index(request.target)
    batch = MicroBatch(most=MOST_POINTS if network.batches else 1)
    engine = Engine(prepared.function, lambda outputs: classes.score(outputs, index, request.score), batch)
    value = _finite(float(engine.score(prepared.outputs)))
    job = _Job(began, model, network, request, prepared, classes, index, engine, value)
    if request.method == "gradient":
        return (yield from job.followed(gradient(engine, prepared.features), most=1))
    job.baseline, path = _path(prepared, request)
    job.path = path
    if request.steps is None:
        most = MOST_GRADIENTS
        averaging = integrated_gradients(engine, path, doubling(most), prepared.map_of, job.enough)
    else:
        most = request.steps
        averaging = integrated_gradients(engine, path, progressive(RULES[request.rule or "midpoint"](most)))
    return (yield from job.followed(averaging, most))


def _path(prepared: Prepared, request: _Request) -> tuple[str, StraightPath]:
    name, points = prepared.baselines(request.baseline)
    if len(points) > 1:
        raise BadBaseline(f"{len(points)} baselines were given", "Give one: Baseline.sample, Baseline.mean.")
    return name, StraightPath(points[0], prepared.features)


@dataclass
class _Job:
    """What all results of one computation, previews and the final one, have in common."""

    began: float
    model: Model
    network: Network
    request: _Request
    prepared: Prepared
    classes: Classes
    index: int
    engine: Engine
    value: float
    baseline: str | None = None
    path: StraightPath | None = None
    _baseline_value: float | None = None

    def followed(self, averaging: Averaging, most: int) -> Explaining:
        """Runs a method to its end; its averages become previews, the last one the result."""
        started = time.perf_counter()
        while True:
            try:
                average = next(averaging)
            except StopIteration as done:
                return self._result(done.value, "final")
            done_now = self.engine.gradient_evaluations
            left = (time.perf_counter() - started) / done_now * (most - done_now)
            yield Progress(done_now, most, f"{done_now} of at most {most} gradients", left)
            if average is not None and done_now < most:
                yield self._result(average, "preview")

    def enough(self, average: Average) -> bool:
        """Whether two nested rules agree on the map and it adds up. Either alone can be luck."""
        if self.path is None or average.error is None or len(average.points) < LEAST_POINTS:
            return False
        attributions = self.path.attributions(average.gradients)
        completeness = self._completeness(attributions)
        assert completeness is not None
        gap = abs(completeness.total - completeness.expected)
        # Of a score that is the same at both ends no share can be asked for.
        least = 0.1 * float(self.prepared.map_of(attributions).abs().sum())
        tolerance = self.request.tolerance or TOLERANCE
        return average.error <= tolerance and gap <= tolerance * max(abs(completeness.expected), least)

    def _result(self, average: Average, status: Literal["preview", "final"]) -> Attribution:
        attributions = average.gradients if self.path is None else self.path.attributions(average.gradients)
        completeness = self._completeness(attributions)
        dtype = self.prepared.features[0].dtype
        computed = Attribution(
            scores=_scores(self.prepared, attributions, dtype),
            model=self.model.name or "",
            sample=self.prepared.name,
            method=self.request.method,
            target=Target(
                self.index, self.classes.label(self.index), self.request.score, self.value, self._baseline_value
            ),
            classes=self.classes.top(self.prepared.outputs, SHOWN_CLASSES),
            baseline=self.baseline,
            completeness=completeness,
            map_error=average.error,
            gradient_evaluations=self.engine.gradient_evaluations,
            seconds=time.perf_counter() - self.began,
            device=str(self.network.device),
            dtype=str(dtype).removeprefix("torch."),
            seed=self.network.seed,
            notes=self._notes(average, status),
            plan=Plan(average.rule, average.points, average.weights, self.engine.batch.largest),
            status=status,
        )
        return self.prepared.attribution(computed, attributions)

    def _completeness(self, attributions: Point) -> Completeness | None:
        if self.path is None:
            return None
        if self._baseline_value is None:
            self._baseline_value = _finite(float(self.engine.score(self._baseline_outputs(self.path))))
        total = sum(float(part.sum()) for part in attributions)
        return Completeness(self.value - self._baseline_value, total)

    def _baseline_outputs(self, path: StraightPath) -> Tensor:
        """The outputs at the baseline, evaluated beside the sample: if the sample's are others than when it was alone,
        or the model takes no batch of two, points are evaluated one by one from here on."""
        if self.network.batches:
            alone = self.prepared.outputs
            try:
                both = self.engine.outputs([path.baseline, path.sample])
                slack = torch.finfo(alone.dtype).eps ** 0.5
                if torch.allclose(both[1:], alone, rtol=slack, atol=slack * float(alone.abs().max())):
                    return both[:1]
            except AttributionError:
                pass
            self.engine.batch = MicroBatch(most=1)
        return self.engine.outputs([path.baseline])

    def _notes(self, average: Average, status: str) -> list[str]:
        notes = list(self.prepared.notes)
        wanted = self.request.tolerance or TOLERANCE
        if status == "final" and average.error is not None and average.error > wanted:
            notes.append(
                f"The map's estimated error is {average.error:.0%} after {self.engine.gradient_evaluations} gradients, "
                f"more than the {wanted:.0%} aimed for."
            )
        return notes


def _classes(prepared: Prepared, model: Model, network: Network) -> Classes:
    if not bool(torch.isfinite(prepared.outputs).all()):
        raise BadSample("the model's output for this sample is not finite", "Check the weights and the sample for NaN.")
    return Classes.recognise(prepared.outputs, network.module, model.labels)


def _finite(value: float) -> float:
    if value != value or value in (float("inf"), float("-inf")):
        raise BadSample(f"the score is {value}", "Check the weights and the sample, or explain another score.")
    return value


def _scores(prepared: Prepared, attributions: Point, dtype: torch.dtype) -> Tensor:
    """One tensor on the CPU; half-precision models get float32."""
    kept = torch.float64 if dtype == torch.float64 else torch.float32
    return prepared.joined([part.to("cpu", kept) for part in attributions])
