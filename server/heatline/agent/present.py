"""Results of attribution_core as messages of the protocol."""

from __future__ import annotations

import base64
import ctypes
import io
import math
from collections.abc import Callable, Iterable
from typing import Any, Literal, cast

import torch
from torch import Tensor
from torch.nn import functional

from attribution_core import Attribution, ImageAttribution, PathCurve, TabularAttribution, TextAttribution
from attribution_core import ClassScore as CoreClassScore
from attribution_core import Prediction as CorePrediction
from attribution_core import TokenScore as CoreTokenScore

from .._version import __version__
from ..protocol import (
    ClassCurve,
    ClassScore,
    ColumnScore,
    Completeness,
    EncodedArray,
    EncodedImage,
    Explanation,
    ImagePicture,
    Method,
    PathData,
    Picture,
    Prediction,
    ProgressValue,
    SampleKind,
    TabularPicture,
    TargetScore,
    TextPicture,
    TokenScore,
)
from .plans import plan_message

Precision = Literal["display", "full"]

INT16_MAX = 32767
PHOTO_SIDE = 1024
"""Pixels of a photo's longer side at most: what a panel shows, and what keeps a notebook small."""
LOSSLESS_PIXELS = 128 * 128
"""Up to this size a picture is sent as PNG: it is shown enlarged, and JPEG would smear its pixels."""
INTERIOR_SIDE = 48
"""Pixels of an interior map's longer side at most: there are many of them, and a notebook must stay small."""


def progress(message: str, done: int, total: int, seconds_left: float | None) -> ProgressValue:
    """A progress report; `total` 0 means that the end is not known."""
    percentage = min(100, 100 * done // total) if total else 0
    return ProgressValue(kind="report", message=message, percentage=percentage, seconds_left=seconds_left)


def classes(scores: Iterable[CoreClassScore]) -> list[ClassScore]:
    """The core's class scores."""
    return [
        ClassScore(s.index, s.label, None if math.isnan(s.probability) else finite(s.probability), finite(s.logit))
        for s in scores
    ]


def prediction(found: CorePrediction, variable: str | None = None) -> Prediction:
    """A prediction of the core; `variable` is what the sample is called in a live session."""
    return Prediction(
        model=found.model,
        sample=variable or found.sample,
        inputs=cast(SampleKind, found.kind),
        classes=classes(found.classes),
        seconds=found.seconds,
        device=found.device,
        notes=list(found.notes),
    )


def explanation(found: Attribution, variable: str | None = None, precision: Precision = "display") -> Explanation:
    """An attribution of the core.

    Parameters
    ----------
    variable : what the sample is called in a live session.
    precision : small types and sizes for the screen, or everything as it was computed.
    """
    complete = found.completeness
    return Explanation(
        version=__version__,
        status=found.status,
        model=found.model,
        sample=variable or found.sample,
        method=cast(Method, found.method),
        target=TargetScore(
            index=found.target.index,
            label=found.target.label,
            score=found.target.score,
            value=finite(found.target.value),
            baseline_value=None if found.target.baseline_value is None else finite(found.target.baseline_value),
            against=found.target.against,
        ),
        classes=classes(found.classes)[:5],
        baseline=found.baseline,
        completeness=None
        if complete is None
        else Completeness(finite(complete.expected), finite(complete.total), finite(complete.relative_error)),
        map_error=None if found.map_error is None else finite(found.map_error),
        gradient_evaluations=found.gradient_evaluations,
        seconds=found.seconds,
        device=found.device,
        dtype=found.dtype,
        seed=found.seed,
        notes=list(found.notes),
        plan=plan_message(found.plan),
        picture=_PICTURES[found.kind](found, precision),
        path=None if found.path is None else path_data(found.path, precision),
    )


def finite(value: float) -> float:
    """JSON has no infinity: the largest float stands for it. (The core refuses NaN.)"""
    return value if math.isfinite(value) else math.copysign(1.7976931348623157e308, value)


def path_data(path: PathCurve, precision: Precision = "display") -> PathData:
    """What happens along a path."""
    maps = _coarse(path.maps) if path.maps is not None and precision == "display" else path.maps
    return PathData(
        scales=list(path.scales),
        scores=[finite(score) for score in path.scores],
        classes=[
            ClassCurve(entry.index, entry.label, [finite(logit) for logit in entry.logits]) for entry in path.logits
        ],
        magnitudes=[finite(magnitude) for magnitude in path.magnitudes],
        map_scales=list(path.map_scales),
        maps=None if maps is None else encode_array(maps, precision),
    )


def _coarse(maps: Tensor) -> Tensor:
    """Maps of an image, (maps, height, width), averaged over areas where they are large; others as they are."""
    if maps.dim() != 3 or max(maps.shape[1:]) <= INTERIOR_SIDE:
        return maps
    height, width = (max(1, round(side * INTERIOR_SIDE / max(maps.shape[1:]))) for side in maps.shape[1:])
    return functional.interpolate(maps[None].double(), (height, width), mode="area")[0]


def _image(found: ImageAttribution, precision: Precision) -> ImagePicture:
    return ImagePicture(
        kind="image",
        photo=encode_photo(found.photo),
        region=list(found.region),
        signed=encode_array(found.signed, precision),
        magnitude=encode_array(found.magnitude, precision),
    )


def _text(found: TextAttribution, precision: Precision) -> TextPicture:
    return TextPicture("text", found.text, _scores(found.tokens), _scores(found.words))


def _tabular(found: TabularAttribution, precision: Precision) -> TabularPicture:
    return TabularPicture("tabular", [ColumnScore(c.name, c.value, finite(c.score)) for c in found.columns])


_PICTURES: dict[str, Callable[[Any, Precision], Picture]] = {"image": _image, "text": _text, "tabular": _tabular}


def _scores(items: Iterable[CoreTokenScore]) -> list[TokenScore]:
    return [TokenScore(item.text, item.start, item.end, finite(item.score)) for item in items]


def encode_array(values: Tensor, precision: Precision = "display") -> EncodedArray:
    """A tensor as it is, or for the screen as 16-bit integers and a scale: relative to its largest value exact to
    1.5e-5.

    Parameters
    ----------
    values : Tensor of any shape and floating dtype, on the CPU.
    """
    if precision == "full":
        kept = values.contiguous() if values.dtype == torch.float64 else values.float().contiguous()
        name: Literal["float32", "float64"] = "float64" if kept.dtype == torch.float64 else "float32"
        return EncodedArray(name, list(kept.shape), 1.0, _base64(_tensor_bytes(kept)))
    peak = float(values.abs().max()) if values.numel() else 0.0
    scale = peak / INT16_MAX if peak > 0 else 1.0
    integers = (values.double() / scale).round().to(torch.int16).contiguous()
    return EncodedArray("int16", list(integers.shape), scale, _base64(_tensor_bytes(integers)))


def encode_photo(photo: Tensor) -> EncodedImage:
    """A uint8 tensor of shape (height, width, 3), for the screen; as raw bytes where Pillow is missing."""
    height, width = photo.shape[:2]
    try:
        from PIL import Image
    except ImportError:
        return EncodedImage("rgb", width, height, _base64(_tensor_bytes(photo.contiguous())))
    image = Image.frombytes("RGB", (width, height), _tensor_bytes(photo.contiguous()))
    if max(image.size) > PHOTO_SIDE:
        image.thumbnail((PHOTO_SIDE, PHOTO_SIDE))
    buffer = io.BytesIO()
    if image.width * image.height <= LOSSLESS_PIXELS:
        image.save(buffer, "PNG")
        return EncodedImage("png", image.width, image.height, _base64(buffer.getvalue()))
    image.save(buffer, "JPEG", quality=88)
    return EncodedImage("jpeg", image.width, image.height, _base64(buffer.getvalue()))


def _tensor_bytes(tensor: Tensor) -> bytes:
    """The memory of a contiguous CPU tensor; without numpy, which torch does not require."""
    return ctypes.string_at(tensor.data_ptr(), tensor.numel() * tensor.element_size())


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
