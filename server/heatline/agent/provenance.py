"""Given a prediction's name in a live session: the live model and sample that made it, and whether they still would.

Three witnesses are heard in turn: `heatline.watch`, where the person switched it on; the text of what ran; and the
graph that autograd recorded. Each names a call, which is made again in evaluation mode and held against the value.
"""

from __future__ import annotations

import ast
import inspect
from collections.abc import Generator, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Literal, TypeVar

import torch

from ..protocol import Agreement, LiveSample, ModelInfo, Provenance, ProvenanceParams, SampleInfo
from .batches import batch_size
from .comparison import comparing, message_of, values_of
from .failures import Refusal
from .graph import Reached, reached_from
from .jobs import Step, Work
from .kinds import describe_sample, is_array, model_kind, sample_kind
from .live import LiveObjects
from .looking import NotSeen, Variables, arguments, look
from .present import progress
from .recompute import Call, as_tensor
from .references import reference
from .tracing import Origin, Tracer, names_in, sample_of
from .variables import is_heatline_model, is_module
from .watched import watched_calls

Returned = TypeVar("Returned")

MOST_CANDIDATES = 8
"""Calls that are made again before the most probable one is taken."""


@dataclass
class Candidate:
    """A call that may have made the prediction."""

    found_by: Literal["source", "graph", "watch"]
    module: Any
    model_name: str
    call: Call
    sample: SampleInfo
    names: set[str]
    """Variables that it depends on."""
    statement: str = ""
    autocast: bool = False
    changed: str | None = None
    """A variable that got another value since, as far as the text tells."""


@dataclass
class Search:
    """The search for one prediction."""

    live: LiveObjects
    params: ProvenanceParams
    value: Any
    variables: Variables
    missing: str = ""
    """The statement whose call could not be repeated."""
    reached: Reached = field(default_factory=Reached)

    # ------------------------------------------------------------ the three witnesses

    def candidates(self) -> Iterator[Candidate]:
        """The most reliable ones first."""
        yield from self._by_watch()
        yield from self._by_source()
        yield from self._by_graph()

    def _by_watch(self) -> Iterator[Candidate]:
        for name, module in self._modules():
            for seen in watched_calls(module, self.value):
                sample = self._sample_of_values(seen.places, seen.named, module)
                if sample is not None:
                    call = Call(module, seen.places, seen.named, seen.steps)
                    yield Candidate("watch", module, name, call, sample, {sample.name})

    def _by_source(self) -> Iterator[Candidate]:
        root = self.params.name.partition(".")[0].partition("[")[0]
        history = self.live.history(root)
        for origin in Tracer(history, self.variables).origins(self.params.name):
            try:
                places, named = arguments(origin.call, self.variables)
            except NotSeen:
                self.missing = self.missing or origin.statement
                continue
            names = names_in(origin.call)
            yield Candidate(
                "source",
                origin.module,
                ast.unparse(origin.model),
                Call(origin.module, places, named, origin.steps),
                self._sample_of_text(origin),
                names,
                origin.statement,
                origin.autocast,
                history.bound_since(origin.place, names),
            )

    def _by_graph(self) -> Iterator[Candidate]:
        """The smallest live module with all parameters that the graph leads to, and samples that it may have read."""
        parameters = self.reached.parameters
        owners = [(name, module) for name, module in self._modules() if parameters]
        owners = [(n, m) for n, m in owners if parameters <= {id(p) for p in m.parameters()}]
        if not owners:
            return
        name, module = min(owners, key=lambda owner: sum(1 for _ in owner[1].parameters()))
        samples = [
            (n, v) for n, v in self.live.within_reach() if sample_kind(v) and is_array(v) and v is not self.value
        ]
        samples.sort(key=lambda sample: not self._was_read(sample[1]))
        for sample_name, sample in samples[:MOST_CANDIDATES]:
            info = self.live.sample_info(sample, sample_name, sample_kind(sample) or "unknown", "unknown")
            names = {sample_name, name}
            yield Candidate("graph", module, name, Call(module, [torch.as_tensor(sample)], {}, []), info, names)

    # ------------------------------------------------------------ models and samples

    def _modules(self) -> list[tuple[str, Any]]:
        """Live modules by name; of a `heatline.Model` the module inside."""
        found = []
        for name, value in self.live.within_reach():
            module = getattr(value, "module", None) if is_heatline_model(value) else value
            if is_module(module):
                found.append((name, module))
        return found

    def _was_read(self, sample: Any) -> bool:
        return torch.is_tensor(sample) and sample.untyped_storage().data_ptr() in self.reached.memory

    def _sample_of_text(self, origin: Origin) -> SampleInfo:
        """The sample as the text names it: a variable, or what was made of variables on the way into the call."""
        expression = sample_of(origin.call, _parameters(origin.module))
        value = look(expression, self.variables)
        name = ast.unparse(expression)
        kind = sample_kind(value) or "unknown"
        exists = look(expression, self.variables) is value  # and is not made anew by looking
        if exists or not is_array(value):
            return self.live.sample_info(value, name, kind)
        roots = {n.id: self.variables[n.id] for n in ast.walk(expression) if isinstance(n, ast.Name)}
        references = {n: _reference(root) for n, root in roots.items()}

        def again() -> Any:
            now = {n: made() for n, made in references.items()}
            return None if any(root is None for root in now.values()) else look(expression, now)

        handle = self.live.derived(again, name, list(roots.values()))
        return SampleInfo(LiveSample("live", handle), name, describe_sample(value), kind, batch_size(value))

    def _sample_of_values(self, places: list[Any], named: dict[str, Any], module: Any) -> SampleInfo | None:
        """The sample as a watched call had it; under its variable's name where one still holds it."""
        value: Any = places[0] if len(places) == 1 and not named else tuple(places) if not named else None
        if value is None:
            value = {**dict(zip(_parameters(module), places, strict=False)), **named}
        names = [name for name, live in self.live.within_reach() if live is value]
        kind = sample_kind(value) or "unknown"
        return self.live.sample_info(value, names[0] if names else "the sample", kind)

    def may_call(self, module: Any) -> bool:
        """Whether the request allows it; handles of models that are gone allow nothing."""
        if self.params.models is None:
            return True
        allowed = []
        for ref in self.params.models:
            with suppress(Refusal):
                value = self.live.resolve(ref.handle)
                allowed.append(getattr(value, "module", None) if is_heatline_model(value) else value)
        return any(module is one for one in allowed)

    def model_info(self, candidate: Candidate) -> ModelInfo:
        """The model; a `heatline.Model` of the module, where there is one, knows its labels and preprocessing."""
        for name, value in self.live.within_reach():
            if is_heatline_model(value) and getattr(value, "module", None) is candidate.module:
                return self.live.model_info(value, name, model_kind(value) or "unknown")
        module = candidate.module
        return self.live.model_info(module, candidate.model_name, model_kind(module) or "unknown")


def provenance(live: LiveObjects, params: ProvenanceParams) -> Work:
    """The work that answers `heatline/provenance`: a call made again per step.

    Raises
    ------
    Refusal
        Where nothing is found, with what to do; or where what was found cannot be called again.
    """
    yield progress("looking for the model", 0, 0, None)
    search = _search(live, params)
    found = as_tensor(search.value)
    if found is None:
        raise Refusal("bad-input", f"{params.name} holds no numbers", "Ask about a tensor, an array or a number.")
    if torch.is_tensor(search.value) and search.value.grad_fn is not None:
        search.reached = reached_from(search.value)
    best: tuple[int, Candidate, Agreement, Any] | None = None
    failure: Refusal | None = None
    for count, candidate in enumerate(search.candidates()):
        if count == MOST_CANDIDATES or (best is not None and best[0] == 0):
            break
        if candidate.found_by == "graph" and best is not None:
            break
        if not search.may_call(candidate.module):
            failure = failure or _not_allowed(search, candidate)
            continue
        try:
            by_graph = candidate.found_by == "graph"
            steps = comparing(found, candidate.call, search.reached, candidate.autocast, by_graph)
            agreement, again = yield from _reported(steps, params.name)
        except Exception as error:  # the person's module may raise anything
            failure = failure or _failure(candidate, error)
            continue
        rank = ("same", "train-mode", "autocast", "unknown", "changed").index(agreement)
        if candidate.found_by == "graph" and rank and not search._was_read(candidate.call.places[0]):
            continue
        if best is None or rank < best[0]:
            best = (rank, candidate, agreement, again)
    if best is None:
        raise failure or _not_found(search)
    _, candidate, agreement, again = best
    model = search.model_info(candidate)
    return Provenance(
        name=params.name,
        model=model,
        sample=_entry(candidate.sample, params.index),
        found_by=candidate.found_by,
        statement=candidate.statement,
        agreement=agreement,
        message=message_of(
            agreement,
            params.name,
            model.name,
            candidate.sample.name,
            candidate.changed,
            found,
            candidate.found_by == "graph",
        ),
        values=values_of(found, as_tensor(again), params.index or 0, candidate.sample.batch, _labels(live, model)),
    )


def _reported(steps: Generator[None, None, Returned], name: str) -> Generator[Step, None, Returned]:
    """A progress report before each call of the model."""
    while True:
        try:
            next(steps)
        except StopIteration as done:
            returned: Returned = done.value
            return returned
        yield progress(f"computing {name} again", 0, 0, None)


def _search(live: LiveObjects, params: ProvenanceParams) -> Search:
    variables = live.variables()
    try:
        value = look(ast.parse(params.name, mode="eval").body, variables)
    except SyntaxError:
        raise Refusal("bad-input", f"{params.name!r} is not a name", "Ask about a variable such as pred.") from None
    except NotSeen:
        raise Refusal("bad-input", f"there is no variable {params.name} here", "Run the code that makes it.") from None
    return Search(live, params, value, variables)


def _not_found(search: Search) -> Refusal:
    name = search.params.name
    if search.missing:
        return Refusal(
            "no-model",
            f"the sample of {name} is gone or was never a variable ({search.missing})",
            "Assign what the model is given to a variable first: x = ...; pred = model(x).",
        )
    return Refusal(
        "no-model",
        f"nothing says which model made {name}: no code that ran here assigns it from a live model's call, "
        "and its graph leads to none",
        f"Write {name} = model(x) where model and x are variables, or call heatline.watch(model) before.",
    )


def _not_allowed(search: Search, candidate: Candidate) -> Refusal:
    line = f"{search.params.name} may come from {candidate.model_name}, which this request does not allow to be called"
    return Refusal("no-model", line, f"Explain a prediction of {candidate.model_name} first.")


def _failure(candidate: Candidate, error: Exception) -> Refusal:
    import traceback

    text = "".join(traceback.format_exception(type(error), error, error.__traceback__))
    line = f"{candidate.model_name} failed on {candidate.sample.name}: {type(error).__name__}: {error}"
    return Refusal("user-code", line, "Call it in your own code to see why.", text)


def _entry(sample: SampleInfo, index: int | None) -> SampleInfo:
    if index is None or sample.batch is None or not isinstance(sample.ref, LiveSample):
        return sample
    ref = LiveSample("live", sample.ref.handle, index)
    return SampleInfo(ref, sample.name, sample.detail, sample.inputs, sample.batch)


def _labels(live: LiveObjects, model: ModelInfo) -> Any:
    from attribution_core import as_model

    handle = getattr(model.ref, "handle", None)
    return None if handle is None else as_model(live.resolve(handle)).labels


def _parameters(module: Any) -> list[str]:
    try:
        return list(inspect.signature(module.forward).parameters)
    except (TypeError, ValueError):
        return []


def _reference(value: Any) -> Any:
    """A weak reference where there can be one; numbers and the like by value."""
    try:
        return reference(value, lambda _: None)
    except TypeError:
        return lambda: value
