"""What every picture says in words."""

from __future__ import annotations

import math
from collections.abc import Sequence

from ..attribution import Attribution
from ..target import ClassScore

LONGEST_LABEL = 40
"""Characters in a title. ImageNet has labels of more than 100."""
METHOD_NAMES = {
    "gradient": "Gradient",
    "input-x-gradient": "Input x gradient",
    "interior": "Interior gradients",
    "integrated": "Integrated gradients",
    "smoothgrad": "SmoothGrad",
    "smoothgrad-squared": "SmoothGrad squared",
    "vargrad": "VarGrad",
    "difference": "Difference",
}


def headline(attribution: Attribution) -> str:
    """The class and its probability."""
    target = attribution.target
    for entry in attribution.classes:
        if (entry.index, entry.label) == (target.index, target.label):
            return f"{short(target.label)}  {class_value(entry)}"
    return f"{short(target.label)}  {share_or_number(target.score, target.value)}"


def short(label: str) -> str:
    """A label for a title: of many synonyms the first ones, of a very long one the beginning."""
    if len(label) <= LONGEST_LABEL:
        return label
    head = label[: LONGEST_LABEL - 2]
    return head.rpartition(",")[0] or f"{head.rstrip()}..."


def provenance(attribution: Attribution) -> str:
    """The method, what it cost, and how far it can be trusted."""
    parts = [f"{method_name(attribution.method)} of the {attribution.target.score}"]
    if attribution.baseline is not None:
        parts[0] += f" against {attribution.baseline}"
    count = attribution.gradient_evaluations
    parts.append(f"{count} gradient{'s' if count > 1 else ''} in {seconds(attribution.seconds)}")
    parts.extend(trust(attribution))
    return ", ".join(parts)


def method_name(method: str) -> str:
    """What people call a method."""
    return METHOD_NAMES.get(method, method)


def trust(attribution: Attribution) -> list[str]:
    """The errors that are known."""
    found = []
    if attribution.completeness is not None:
        found.append(f"completeness error {percent(attribution.completeness.relative_error)}")
    if attribution.map_error is not None:
        found.append(f"estimated map error {percent(attribution.map_error)}")
    return found


def for_and_against(found: Sequence[Attribution], sign: str) -> str:
    """What the two colours of signs mean, and how else the second one is told."""
    labels = {short(attribution.target.label) for attribution in found}
    label = labels.pop() if len(labels) == 1 else "the class"
    return f"Orange: for {label}. Blue and {sign}: against it."


def titles(found: Sequence[Attribution]) -> list[str]:
    """What tells attributions apart: their methods, classes, scores, baselines. A difference is called one."""
    if any(one.is_difference for one in found):
        others = iter(titles([one for one in found if not one.is_difference]))
        return [method_name(one.method) if one.is_difference else next(others) for one in found]
    kinds = [
        [method_name(one.method) for one in found],
        [headline(one) for one in found],
        [str(one.target.score) for one in found],
        [one.sample for one in found],
        [one.model for one in found],
    ]
    if len({one.baseline for one in found} - {None}) > 1:
        kinds.append([f"against {one.baseline}" if one.baseline else "" for one in found])
    telling = [names for names in kinds if len(set(names)) > 1] or [[str(i + 1) for i in range(len(found))]]
    return [", ".join(part for part in parts if part) for parts in zip(*telling, strict=True)]


def class_value(entry: ClassScore) -> str:
    """A class's probability in percent; of a regression the value."""
    return f"{entry.logit:.4g}" if math.isnan(entry.probability) else percent(entry.probability)


def share_or_number(score: str, value: float) -> str:
    """A score as people read it: probabilities in percent."""
    return percent(value) if score == "probability" and value >= 0 else f"{value:.3g}"


def seconds(duration: float) -> str:
    """Two significant digits, but no powers of ten: 0.043 s, 4.3 s, 430 s."""
    return f"{duration:.2g} s" if duration < 99.5 else f"{duration:.0f} s"


def percent(share: float) -> str:
    """Two significant digits: 97 %, 3.1 %, 0.042 %; more where 100 % would be said of less."""
    if share == 0:
        return "0 %"
    if share < 1e-5:
        return "< 0.001 %"
    if 0.995 <= share < 0.99995:
        return f"{100 * share:.2f} %"
    return f"{100 * share:.2g} %" if share < 0.995 else f"{100 * share:.0f} %"
