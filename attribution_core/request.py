"""What can be asked for, checked as far as that goes without the model."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import TypedDict

from .attribution import Plan
from .errors import BadRequest
from .quadrature import RULES, Rule
from .target import ScoreKind, score_kind

SMOOTHED = ("smoothgrad", "smoothgrad-squared", "vargrad")
ALONG_A_PATH = ("interior", "integrated")
METHODS = ("gradient", "input-x-gradient", *ALONG_A_PATH, *SMOOTHED)
OVER = ("gradient", "integrated")
SAMPLES = 50
NOISE = 0.15
SMOOTHED_STEPS = 16
"""Gradients along each noisy copy's path, unless told otherwise."""


class Options(TypedDict, total=False):
    """The options that `explain` has beside the method and the target."""

    score: str
    baseline: object
    steps: int | None
    tolerance: float | None
    rule: str | None
    seed: int
    device: str | None
    samples: int | None
    noise: float | None
    over: str | None
    path: Callable[[float], object] | None
    plan: Plan | None


@dataclass(frozen=True)
class Request:
    """One method with its options; see `explain`."""

    method: str = "integrated"
    score: str = "probability"
    baseline: object = None
    steps: int | None = None
    tolerance: float | None = None
    rule: str | None = None
    seed: int = 0
    device: str | None = None
    samples: int | None = None
    noise: float | None = None
    over: str | None = None
    path: Callable[[float], object] | None = None
    plan: Plan | None = None

    @classmethod
    def each(cls, methods: Sequence[str], options: Options) -> list[Request]:
        """One request per method. Where there are several, each gets the options that are for it."""
        if len(methods) == 1:
            return [cls(method=methods[0], **options)]
        return [cls(method=method, **_meant_for(method, options)) for method in methods]

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise BadRequest(f"there is no method '{self.method}'", f"Choose one of {', '.join(METHODS)}.")
        self._check_steps()
        self._check_smoothing()
        self._check_path()
        score_kind(self.score)

    @property
    def kind(self) -> ScoreKind:
        """The checked name of the score."""
        return score_kind(self.score)

    @property
    def needs_baseline(self) -> bool:
        """Whether the method starts somewhere."""
        return self.method in ALONG_A_PATH or (self.smoothed and self.inner == "integrated")

    @property
    def smoothed(self) -> bool:
        """Whether the method averages over noisy copies."""
        return self.method in SMOOTHED

    @property
    def inner(self) -> str:
        """What is computed for each noisy copy."""
        return self.over or ("gradient" if self.steps is None else "integrated")

    @property
    def smoothing_rule(self) -> Rule:
        """Where on each noisy copy's path."""
        return RULES[self.rule or "midpoint"](self.steps or SMOOTHED_STEPS)

    def repeating(self) -> Request:
        """With what the plan says, if there is one."""
        plan = self.plan
        if plan is None:
            return self
        if plan.method not in METHODS or not plan.steps:
            raise BadRequest("the plan does not say how it came about", "Take it from a final result: found.plan.")
        smoothed_path = plan.over == "integrated"
        return replace(
            self,
            method=plan.method,
            seed=plan.seed,
            samples=plan.samples,
            noise=plan.noise,
            over=plan.over,
            steps=len(plan.points) if smoothed_path else None,
            rule=plan.rule if smoothed_path else None,
            tolerance=None,
        )

    def _check_steps(self) -> None:
        if self.steps is not None and self.steps < 1:
            raise BadRequest(f"{self.steps} steps were asked for", "Ask for at least one.")
        if self.tolerance is not None and not self.tolerance > 0:
            raise BadRequest(f"a tolerance of {self.tolerance} cannot be reached", "0.05 is usual.")
        if self.steps is not None and self.tolerance is not None:
            raise BadRequest("both steps and a tolerance were given", "Give one of them.")
        if self.tolerance is not None and self.smoothed:
            raise BadRequest(f"{self.method} takes no tolerance", "Say how many noisy copies: samples=50.")
        if self.rule is not None and self.rule not in RULES:
            raise BadRequest(f"there is no quadrature rule '{self.rule}'", f"Choose one of {', '.join(RULES)}.")
        if self.rule is not None and self.steps is None:
            raise BadRequest(f"the rule '{self.rule}' was given without steps", "Say how many: steps=32.")

    def _check_smoothing(self) -> None:
        for name in ("samples", "noise", "over"):
            value = getattr(self, name)
            if value is not None and not self.smoothed:
                raise BadRequest(
                    f"{name}={value!r} was given for the method '{self.method}'", f"It is for {', '.join(SMOOTHED)}."
                )
        if self.samples is not None and self.samples < 1:
            raise BadRequest(f"{self.samples} noisy samples were asked for", "Ask for at least one; 50 is usual.")
        if self.noise is not None and not 0 <= self.noise < float("inf"):
            raise BadRequest(f"a noise of {self.noise} cannot be made", "0.15 of the input's range is usual.")
        if self.over is not None and self.over not in OVER:
            raise BadRequest(f"{self.method} over '{self.over}' is unknown", f"Choose one of {', '.join(OVER)}.")

    def _check_path(self) -> None:
        if self.path is None:
            return
        if self.method not in ALONG_A_PATH:
            raise BadRequest(f"a path was given for the method '{self.method}'", "Methods along a path: integrated.")
        if self.baseline is not None:
            raise BadRequest("both a path and a baseline were given", "A path begins at its own baseline, path(0.0).")
        if not callable(self.path):
            raise BadRequest(
                f"a path of type {type(self.path).__name__} was given", "Give a function from 0...1 to a tensor."
            )


def _meant_for(method: str, options: Options) -> Options:
    """Without the options that only other methods have."""
    own = options.copy()
    if method not in SMOOTHED:
        own["samples"] = own["noise"] = own["over"] = None
    else:
        own["tolerance"] = None
        if own.get("over") != "integrated":
            # Steps that are meant for integrated gradients do not turn SmoothGrad into one over them.
            own["steps"] = own["rule"] = None
    if method not in ALONG_A_PATH:
        own["path"] = None
    return own
