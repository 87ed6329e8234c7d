"""Results as JSON: field names are promised, so that scripts can build on them."""

from __future__ import annotations

import json
import math
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from attribution_core import Attribution, ClassScore, PathCurve, Prediction, TokenScore

Record = dict[str, object]


def explanation_record(found: Attribution) -> Record:
    """Everything about an attribution. An image's `scores` are the signed map at the model's input size, row by row."""
    from attribution_core import ImageAttribution, TabularAttribution, TensorsAttribution, TextAttribution

    completeness = found.completeness
    record: Record = {
        "model": found.model,
        "sample": found.sample,
        "method": found.method,
        "score": found.target.score,
        "target": {
            "index": found.target.index,
            "label": found.target.label,
            "score": found.target.value,
            "baseline_score": found.target.baseline_value,
            "against": found.target.against,
        },
        "classes": _classes(found.classes),
        "baseline": found.baseline,
        "completeness": completeness
        and {
            "expected": completeness.expected,
            "total": completeness.total,
            "relative_error": _finite(completeness.relative_error),
        },
        "map_error": None if found.map_error is None else _finite(found.map_error),
        "gradient_evaluations": found.gradient_evaluations,
        "seconds": found.seconds,
        "device": found.device,
        "dtype": found.dtype,
        "seed": found.seed,
        "notes": found.notes,
        "plan": asdict(found.plan),
        "path": None if found.path is None else _path(found.path),
    }
    if isinstance(found, TextAttribution):
        record["text"] = found.text
        record["tokens"] = _tokens(found.tokens)
        record["words"] = _tokens(found.words)
    if isinstance(found, TabularAttribution):
        record["columns"] = [asdict(column) for column in found.columns]
    if isinstance(found, TensorsAttribution):
        record["tensors"] = {name: part.tolist() for name, part in found.parts.items()}
    if isinstance(found, ImageAttribution):
        record["shape"] = list(found.signed.shape)
        record["scores"] = found.signed.tolist()
    return record


def prediction_record(found: Prediction) -> Record:
    """Everything about a prediction."""
    return asdict(found) | {"classes": _classes(found.classes)}


def write_json(record: Record, place: str) -> None:
    """Writes to a file, or to standard output for `-`."""
    text = json.dumps(record, ensure_ascii=False, allow_nan=False) + "\n"
    if place == "-":
        sys.stdout.write(text)
    else:
        Path(place).write_text(text, encoding="utf-8")


def _tokens(tokens: list[TokenScore]) -> list[Record]:
    return [{"text": t.text, "start": t.start, "end": t.end, "score": t.score} for t in tokens]


def _classes(classes: list[ClassScore]) -> list[Record]:
    """The values of a regression have no probability."""
    return [asdict(entry) | {"probability": _finite(entry.probability)} for entry in classes]


def _path(path: PathCurve) -> Record:
    """The way from the baseline to the sample, without its maps."""
    record = asdict(replace(path, maps=None, map_scales=()))
    del record["maps"], record["map_scales"]
    return record


def _finite(value: float) -> float | None:
    """JSON has no infinity."""
    return value if math.isfinite(value) else None
