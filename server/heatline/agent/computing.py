"""The requests that compute: predictions, explanations, comparisons and averages, in steps."""

from __future__ import annotations

import dataclasses
from collections.abc import Generator, Sequence
from typing import TYPE_CHECKING, Any, TypeVar, cast

from ..protocol import (
    AverageParams,
    CompareParams,
    Comparison,
    ExplainOptions,
    ExplainParams,
    PredictParams,
    ProgressValue,
    Target,
)
from .failures import Refusal
from .jobs import Step, Work
from .resolve import Resolver, need_torch
from .results import Results, key_of

if TYPE_CHECKING:
    from attribution_core import Attribution, GlobalAverage, Options, Progress
    from attribution_core import Prediction as CorePrediction

Returned = TypeVar("Returned")

LOADING = ProgressValue(kind="report", message="Loading the model", percentage=0)
PREDICTING = ProgressValue(kind="report", message="Predicting", percentage=0)


class Computing:
    """Computes, unless an equal request was answered before.

    Parameters
    ----------
    resolver : finds models and samples.
    results : where results are kept.
    """

    def __init__(self, resolver: Resolver, results: Results) -> None:
        self._resolver = resolver
        self._results = results

    def predict(self, params: PredictParams) -> Work:
        """Answers `heatline/predict`."""
        need_torch()
        from attribution_core import predict

        from . import present

        found = cast("CorePrediction | None", self._results.find(self._key("predict", params)))
        if found is None:
            yield LOADING
            model = self._resolver.model(params.model)
            key = self._key("predict", params)
            sample = self._resolver.sample(params.sample, model)
            yield PREDICTING
            found = predict(model, sample, top=params.top)
            self._results.keep(key, found)
        return present.prediction(found, self._resolver.variable(params.sample))

    def explain(self, params: ExplainParams) -> Work:
        """Answers `heatline/explain`."""
        need_torch()
        from . import present

        (found,) = yield from self._attributions("explain", params, [params.method], [params.target])
        return present.explanation(found, self._resolver.variable(params.sample))

    def compare(self, params: CompareParams) -> Work:
        """Answers `heatline/compare`."""
        need_torch()
        from . import present

        if len(set(params.methods)) < len(params.methods):
            raise Refusal("bad-input", "a method was named twice", "Name each method once.")
        found = yield from self._attributions("compare", params, params.methods, params.targets)
        variable = self._resolver.variable(params.sample)
        return Comparison([present.explanation(each, variable) for each in found])

    def average(self, params: AverageParams) -> Work:
        """Answers `heatline/average`. Kept for other forms, and not to answer again: data sets are too large to tell
        whether they have changed."""
        need_torch()
        from attribution_core import GlobalAverage, averaging

        from .averages import average_message
        from .plans import core_average_plan

        variable = self._resolver.variable(params.data)
        plan = None if params.plan is None else core_average_plan(params.plan)
        yield LOADING
        model = self._resolver.model(params.model)
        work = averaging(
            model,
            self._resolver.data(params.data),
            classes=params.classes,
            score=params.score,
            limit=params.limit,
            text_column=params.text_column,
            label_column=params.label_column,
            compare=params.agreement,
            plan=plan,
            seed=params.seed,
            device=params.device,
        )

        def shown(step: Any) -> Step:
            return average_message(step, variable) if isinstance(step, GlobalAverage) else _progress(step)

        found: GlobalAverage = yield from _steps(work, shown)
        self._results.remember(params.job, found, variable)
        return average_message(found, variable)

    # ------------------------------------------------------------ inside

    def _attributions(
        self, method: str, params: ExplainParams | CompareParams, methods: Sequence[str], targets: Sequence[Target]
    ) -> Generator[Step, None, list[Attribution]]:
        """Computed, or from an equal request; and kept under the name of the job."""
        from attribution_core import Attribution, comparing

        from . import present

        options, choices = _options(params), [_choice(target) for target in targets]
        variable = self._resolver.variable(params.sample)
        found = cast("list[Attribution] | None", self._results.find(self._key(method, params)))
        if found is None:
            yield LOADING
            model = self._resolver.model(params.model)
            key = self._key(method, params)  # before the sample is read: what changes meanwhile is not taken for it
            sample = self._resolver.sample(params.sample, model)
            previews = 0

            def shown(step: Any) -> Step:
                nonlocal previews
                if not isinstance(step, Attribution):
                    return _progress(step)
                # A method's previews come together, one of each target. (A plan may be of another method.)
                row = methods.index(step.method) if len(methods) > 1 else 0
                index = row * len(targets) + previews % len(targets)
                previews += 1
                return present.explanation(step, variable), index

            work = comparing(model, sample, methods=methods, targets=choices, **options)
            found = yield from _steps(work, shown)
            self._results.keep(key, found)
        self._results.remember(params.job, found, variable)
        return found

    def _key(self, method: str, params: PredictParams | ExplainParams | CompareParams) -> str | None:
        state = self._resolver.state(params.model, params.sample)
        return None if state is None else key_of(method, params, model=state[0], sample=state[1])


def _steps(work: Generator[Any, None, Returned], shown: Any) -> Generator[Step, None, Returned]:
    """The core's steps as the protocol's; what it computes is ended with the job."""
    try:
        while True:
            try:
                step = next(work)
            except StopIteration as done:
                found: Returned = done.value
                return found
            yield shown(step)
    finally:
        work.close()


def _progress(step: Progress) -> ProgressValue:
    from . import present

    return present.progress(step.message, step.done, step.total, step.seconds_left)


def _options(params: ExplainOptions) -> Options:
    """The settings of explain and compare, under the names that the core gives them."""
    given = {item.name: getattr(params, item.name) for item in dataclasses.fields(ExplainOptions) if item.name != "job"}
    if isinstance(params, ExplainParams) and params.plan is not None:
        from .plans import core_plan

        given["plan"] = core_plan(params.plan)
    return cast("Options", given)


def _choice(given: Target) -> int | str | tuple[int | str, int | str] | None:
    """A class, or the difference of two."""
    if not isinstance(given, list):
        return given
    if len(given) != 2:
        raise Refusal(
            "bad-input", f"a target of {len(given)} classes was given", "Give one class, or two for their difference."
        )
    return given[0], given[1]
