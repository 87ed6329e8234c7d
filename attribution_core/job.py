"""One method at work on one sample: from points and averages to attributions."""

from __future__ import annotations

import time
from collections.abc import Generator, Hashable, Sequence
from dataclasses import dataclass
from typing import Literal

import torch
from torch import Tensor, nn

from .attribution import Attribution, Completeness, Plan, Progress
from .batching import MOST_POINTS, SPARING, STEP_SECONDS, MicroBatch, RepeatedBatches, remember, remembered
from .doubts import incomplete, saturated
from .engine import Engine, Point, same_outputs
from .errors import AttributionError, BadSample
from .inputs import Prepared
from .memory import memory_budget
from .methods import (
    Average,
    Averaging,
    GivenPath,
    Interior,
    Path,
    Statistic,
    StraightPath,
    Walk,
    gradient,
    input_x_gradient,
    integrated_gradients,
    noisy_copies,
    refined_gradients,
    repeated_refinement,
    smoothgrad,
)
from .models import Model, Network
from .quadrature import RULES, NestedTrapezoid, Rule, progressive
from .request import NOISE, SAMPLES, Request
from .target import Chosen, Classes, ScoreKind, Target

TOLERANCE = 0.05
"""Estimated relative L1 error of the map that integrated gradients are refined to, unless told otherwise."""
MOST_GRADIENTS = 128
"""Gradients that are spent on it, at most; from several baselines at least 9 each."""
LEAST_EACH = 9
LEAST_SHOWN = 17
"""Points of `interior`, whose maps are looked at one by one, at least."""
SHOWN_CLASSES = 5
UNWATCHED_SECONDS = 2.0
"""What a micro-batch may take where nobody looks on."""
STATISTICS: dict[str, Statistic] = {
    "smoothgrad": "mean",
    "smoothgrad-squared": "mean square",
    "vargrad": "variance",
}

Explaining = Generator["Progress | Attribution", None, "list[Attribution]"]


@dataclass(frozen=True)
class Question:
    """What does not depend on the method: the sample, as the model takes it, and the K scalars to explain."""

    model: Model
    network: Network
    prepared: Prepared
    classes: Classes
    chosen: Sequence[Chosen]
    kind: ScoreKind

    def scores(self, outputs: Tensor) -> Tensor:
        """(n, K)"""
        return self.classes.scores(outputs, self.chosen, self.kind)

    def values(self, outputs: Tensor) -> list[float]:
        """The scores of each row averaged over the rows: K numbers.

        Raises
        ------
        BadSample
            If one is not finite.
        """
        values = [float(value) for value in self.scores(outputs).detach().double().cpu().mean(0)]
        for value in values:
            if value != value or value in (float("inf"), float("-inf")):
                raise BadSample(f"the score is {value}", "Check the weights and the sample, or explain another score.")
        return values


class Job:
    """One method, for all K scalars at once.

    Parameters
    ----------
    began : when the work began, by `time.perf_counter`.
    watched : whether somebody looks on: steps are short, and there are previews.
    engine : evaluates the gradients, in micro-batches that it shares with others; one of its own when left out.
    independent : whether samples are known not to influence each other; seen to with an engine of its own.
    """

    def __init__(
        self,
        question: Question,
        request: Request,
        began: float,
        watched: bool = True,
        engine: Engine | None = None,
        independent: bool = False,
    ) -> None:
        self.question = question
        self.request = request
        self._began = began
        self._watched = watched
        self._looks_first = engine is not None and not independent
        self._engine = engine or Engine(
            question.prepared.function, question.scores, micro_batches(question, request, watched)
        )
        self._values = question.values(question.prepared.outputs)
        self._top = question.classes.top(question.prepared.outputs, SHOWN_CLASSES)
        self._baseline: str | None = None
        self._baselines: list[Point] = []
        self._baseline_values: list[float] | None = None
        self._interior: Interior | None = None

    def run(self) -> Explaining:
        """Runs the method to its end; its averages become previews, the last one the results."""
        averaging, most = self.method()
        yield Progress(0, most, "The first gradient")
        done = 0
        while True:
            try:
                average = next(averaging)
            except StopIteration as finished:
                self._look_at_baselines()
                if self.request.plan is None:
                    remember(self.question.network.module, batch_kind(self.question), self._engine.batch)
                return self.results(finished.value, "final")
            done = self._engine.gradient_evaluations
            left = (self._engine.batch.seconds_per_point or 0) * (most - done)
            yield Progress(done, most, f"{done} of at most {most} gradients", left)
            if average is not None and self._watched and done < most:
                yield from self.results(average, "preview")
            self._look_at_baselines()

    def method(self) -> tuple[Averaging, int]:
        """The method, ready to begin, and the most gradients that it will take."""
        request, prepared = self.request, self.question.prepared
        if request.method == "gradient":
            return gradient(self._engine, prepared.features), 1
        if request.method == "input-x-gradient":
            return input_x_gradient(self._engine, prepared.features), 1
        if request.smoothed:
            return self._smoothed()
        paths = self._paths()
        self._interior = Interior(
            self._top,
            lambda outputs: self.question.classes.logits(outputs, [entry.index for entry in self._top]),
            prepared.map_of if request.method == "interior" else None,
        )
        walk = Walk(self._engine, paths, self._interior)
        if self._looks_first or not self._begins_at_the_sample(len(paths)):
            self._look_at_baselines()
        else:
            self._engine.alone = prepared.outputs
        if request.plan is not None:
            points = [request.plan.points[i] for i in request.plan.order]
            if request.plan.rule == NestedTrapezoid.name:
                return repeated_refinement(walk, points), len(points) * len(paths)
            weights = [request.plan.weights[i] for i in request.plan.order]
            repeated = Rule(request.plan.rule, tuple(points), tuple(weights))
            return integrated_gradients(walk, repeated, previews=False), len(points) * len(paths)
        if request.steps is not None:
            rule = RULES[request.rule or "midpoint"](request.steps)
            return integrated_gradients(walk, progressive(rule), self._watched), request.steps * len(paths)
        most = max(LEAST_EACH, MOST_GRADIENTS // len(paths))
        aim = request.tolerance or TOLERANCE
        return refined_gradients(walk, self._maps, most, aim, self._enough, self._watched), most * len(paths)

    def _begins_at_the_sample(self, paths: int) -> bool:
        """Whether the baseline's score may come later: the first point is the sample, and nothing that is shown of it
        begins at the baseline. Where the baseline is in the same micro-batch, its score is then known.

        This must not depend on who looks on, as a plan repeats a computation, with the numbers that a model draws.
        """
        request, plan, prepared = self.request, self.request.plan, self.question.prepared
        nested = request.steps is None if plan is None else plan.rule == NestedTrapezoid.name
        return nested and paths == 1 and self.question.network.batches and prepared.kind != "tabular"

    def _smoothed(self) -> tuple[Averaging, int]:
        request, prepared = self.request, self.question.prepared
        samples = SAMPLES if request.samples is None else request.samples
        noise = NOISE if request.noise is None else request.noise
        copies = noisy_copies(prepared.features, samples, noise, request.seed)
        statistic = STATISTICS[request.method]
        if not request.needs_baseline:
            return smoothgrad(self._engine, copies, statistic, previews=self._watched), samples
        self._baseline, self._baselines = prepared.baselines(request.baseline)
        rule = request.smoothing_rule
        most = samples * len(rule.points) * len(self._baselines)
        return smoothgrad(self._engine, copies, statistic, self._baselines, rule, self._watched), most

    def _paths(self) -> list[Path]:
        prepared = self.question.prepared
        if self.request.path is not None:
            path = GivenPath(self.request.path, prepared.features)
            self._baseline, self._baselines = "start of the path", [path.at(0.0)]
            return [path]
        self._baseline, self._baselines = prepared.baselines(self.request.baseline)
        return [StraightPath(baseline, prepared.features) for baseline in self._baselines]

    def _enough(self, average: Average) -> bool:
        """Whether the maps are as accurate as was asked for, and add up. Either alone can be luck."""
        assert average.errors is not None
        self._look_at_baselines()
        if self.request.method == "interior" and len(average.points) < LEAST_SHOWN:
            return False
        tolerance = self.request.tolerance or TOLERANCE
        for k, error in enumerate(average.errors):
            completeness = self._completeness(average, k)
            assert completeness is not None
            gap = abs(completeness.total - completeness.expected)
            # Of a score that is the same at both ends no share can be asked for.
            least = 0.1 * float(self._map(average, k).abs().sum())
            if error > tolerance or gap > tolerance * max(abs(completeness.expected), least):
                return False
        return True

    def _map(self, average: Average, k: int) -> Tensor:
        return self.question.prepared.map_of(tuple(tensor[k] for tensor in average.attributions))

    def _maps(self, attributions: Point) -> Tensor:
        """(K, *map)"""
        maps_of = self.question.prepared.map_of
        return torch.stack([maps_of(tuple(tensor[k] for tensor in attributions)) for k in range(len(attributions[0]))])

    def results(self, average: Average, status: Literal["preview", "final"]) -> list[Attribution]:
        return [self._result(average, k, status) for k in range(len(self.question.chosen))]

    def _result(self, average: Average, k: int, status: Literal["preview", "final"]) -> Attribution:
        prepared, question = self.question.prepared, self.question
        attributions = tuple(tensor[k] for tensor in average.attributions)
        completeness = self._completeness(average, k)
        dtype = prepared.features[0].dtype
        error = average.errors[k] if average.errors is not None else None
        start = None if self._baseline_values is None else self._baseline_values[k]
        chosen = question.chosen[k]
        computed = Attribution(
            scores=prepared.joined(_kept(attributions, dtype)),
            model=question.model.name or "",
            sample=prepared.name,
            method=self.request.method,
            target=Target(
                chosen.index, question.classes.explained(chosen), question.kind, self._values[k], start, chosen.against
            ),
            classes=self._top,
            baseline=self._baseline,
            completeness=completeness,
            map_error=error,
            gradient_evaluations=self._engine.gradient_evaluations,
            seconds=time.perf_counter() - self._began,
            device=str(question.network.device),
            dtype=str(dtype).removeprefix("torch."),
            seed=question.network.seed,
            notes=self._notes(average, k, status),
            plan=self._plan(average),
            status=status,
            path=None if self._interior is None else self._interior.curve(k),
        )
        return prepared.attribution(computed, attributions)

    def _plan(self, average: Average) -> Plan:
        request, batch = self.request, self._engine.batch
        smoothed = request.smoothed
        return Plan(
            rule=average.rule,
            points=average.points,
            weights=average.weights,
            batch=batch.largest,
            memory_format="channels_last" if batch.steps and batch.steps[-1].channels_last else "contiguous",
            order=average.order,
            steps=tuple(batch.steps),
            method=request.method,
            seed=request.seed,
            samples=(SAMPLES if request.samples is None else request.samples) if smoothed else None,
            noise=(NOISE if request.noise is None else request.noise) if smoothed else None,
            over=request.inner if smoothed else None,
        )

    def _completeness(self, average: Average, k: int) -> Completeness | None:
        """Of methods along a path; the attributions of noisy copies add up to the gain of the copies."""
        if self._baseline_values is None:
            return None
        total = sum(float(tensor[k].sum()) for tensor in average.attributions)
        return Completeness(self._values[k] - self._baseline_values[k], total)

    def _look_at_baselines(self) -> None:
        """The scores at the baselines, unless they are known: of a path that was evaluated at its start, from there."""
        if self._baseline_values is None and self._interior is not None:
            start = self._interior.scores_at(0.0)
            self._baseline_values = self.question.values(self._baseline_outputs()) if start is None else start

    def _baseline_outputs(self) -> Tensor:
        """The outputs at the baselines. The first is evaluated beside the sample: if the sample's are others than
        when it was alone, or the model takes no batch of two, points are evaluated one by one from here on."""
        first = self._beside_the_sample(self._baselines[0])
        rest = [self._engine.outputs([point]) for point in self._baselines[1:]]
        return torch.cat([first, *rest])

    def _beside_the_sample(self, baseline: Point) -> Tensor:
        prepared = self.question.prepared
        if self.question.network.batches:
            alone = prepared.outputs
            try:
                both = self._engine.outputs([baseline, prepared.features])
                if same_outputs(both[1:], alone):
                    return both[:1]
            except (AttributionError, torch.cuda.OutOfMemoryError):
                pass
            self._engine.batch.one_by_one()
        return self._engine.outputs([baseline])

    def _notes(self, average: Average, k: int, status: str) -> list[str]:
        notes = list(self.question.prepared.notes)
        if status != "final":
            return notes
        error = average.errors[k] if average.errors is not None else None
        wanted = self.request.tolerance or TOLERANCE
        if error is not None and error > wanted:
            count = self._engine.gradient_evaluations
            notes.append(
                f"The map's estimated error is {100 * error:.2g} % after {count} gradients, more than the "
                f"{100 * wanted:.2g} % aimed for."
            )
        completeness = self._completeness(average, k)
        if completeness is None:
            if self.question.kind == "probability":
                notes.extend(saturated(self.request.method, self._values[k], self._reach(average, k)))
        else:
            notes.extend(incomplete(completeness, float(self._map(average, k).abs().sum()), self.request))
        return notes

    def _reach(self, average: Average, k: int) -> float:
        """How much the score could change over the range of the inputs, if it went on as the map says."""
        total = 0.0
        for tensor, feature in zip(average.attributions, self.question.prepared.features, strict=True):
            part = tensor[k].double()
            sizes = part.abs() if STATISTICS.get(self.request.method, "mean") == "mean" else part.abs().sqrt()
            along = self.request.needs_baseline or self.request.method == "input-x-gradient"
            total += float(sizes.sum()) * (1.0 if along else float(feature.max() - feature.min()))
        return total


def micro_batches(question: Question, request: Request, watched: bool) -> MicroBatch:
    """How points are evaluated together: as the plan says, as it was measured not long ago, or to be found out."""
    network, plan = question.network, request.plan
    if plan is not None:
        return RepeatedBatches(plan.steps)
    budget, known = memory_budget(network.device), remembered(network.module, batch_kind(question))
    seconds = STEP_SECONDS if watched else UNWATCHED_SECONDS
    if known is not None:
        return known.again(budget, seconds)
    return MicroBatch(
        most=MOST_POINTS if network.batches else 1,
        budget=budget,
        layouts=_convolves(network.module, question.prepared.features),
        seconds=seconds,
        sparing=SPARING if network.device.type == "cpu" else budget,
    )


def batch_kind(question: Question) -> Hashable:
    """What the best micro-batch depends on, beside the model."""
    network, features = question.network, question.prepared.features
    shapes = tuple((tensor.shape, tensor.dtype) for tensor in features)
    return shapes, str(network.device), len(question.chosen), network.batches


def _convolves(module: object, features: Point) -> bool:
    """Whether the layout of images in memory may matter."""
    return (
        isinstance(module, nn.Module)
        and all(tensor.dim() == 3 for tensor in features)
        and any(isinstance(part, (nn.Conv2d, nn.ConvTranspose2d)) for part in module.modules())
    )


def _kept(attributions: Point, dtype: torch.dtype) -> list[Tensor]:
    """On the CPU; half-precision models get float32."""
    kept = torch.float64 if dtype == torch.float64 else torch.float32
    return [part.to("cpu", kept) for part in attributions]
