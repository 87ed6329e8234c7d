"""What every picture says in words."""

from __future__ import annotations

from ..attribution import Attribution

METHOD_NAMES = {"gradient": "Gradient", "integrated": "Integrated gradients"}


def headline(attribution: Attribution) -> str:
    """The class and its probability."""
    target = attribution.target
    known = [entry for entry in attribution.classes if entry.index == target.index]
    if known:
        return f"{target.label}  {percent(known[0].probability)}"
    return f"{target.label}  {percent(target.value) if target.score == 'probability' else f'{target.value:.3g}'}"


def provenance(attribution: Attribution) -> str:
    """The method, what it cost, and how far it can be trusted."""
    parts = [f"{METHOD_NAMES.get(attribution.method, attribution.method)} of the {attribution.target.score}"]
    if attribution.baseline is not None:
        parts[0] += f" against {attribution.baseline}"
    count = attribution.gradient_evaluations
    parts.append(f"{count} gradient{'s' if count > 1 else ''} in {attribution.seconds:.2g} s")
    parts.extend(trust(attribution))
    return ", ".join(parts)


def trust(attribution: Attribution) -> list[str]:
    """The errors that are known."""
    found = []
    if attribution.completeness is not None:
        found.append(f"completeness error {percent(attribution.completeness.relative_error)}")
    if attribution.map_error is not None:
        found.append(f"estimated map error {percent(attribution.map_error)}")
    return found


def percent(share: float) -> str:
    """Two significant digits: 97 %, 3.1 %, 0.042 %; more where 100 % would be said of less."""
    if share == 0:
        return "0 %"
    if share < 1e-5:
        return "< 0.001 %"
    if 0.995 <= share < 0.99995:
        return f"{100 * share:.2f} %"
    return f"{100 * share:.2g} %" if share < 0.995 else f"{100 * share:.0f} %"
