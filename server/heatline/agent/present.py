"""Results of attribution_core as messages of the protocol."""

from __future__ import annotations

import base64
import ctypes
import io
import math
from typing import Any

from attribution_core import Attribution
from attribution_core import Prediction as CorePrediction

from .._version import __version__
from ..protocol import (
    ClassScore,
    Completeness,
    EncodedArray,
    EncodedImage,
    Explanation,
    ImagePicture,
    Plan,
    Prediction,
    ProgressValue,
    TargetScore,
    TextPicture,
    TokenScore,
)

INT16_MAX = 32767
PHOTO_SIDE = 1024
"""Pixels of a photo's longer side at most: what a panel shows, and what keeps a notebook small."""
LOSSLESS_PIXELS = 128 * 128
"""Up to this size a picture is sent as PNG: it is shown enlarged, and JPEG would smear its pixels."""


def progress(message: str, done: int, total: int, seconds_left: float | None) -> ProgressValue:
    """A progress report; `total` 0 means that the end is not known."""
    percentage = min(100, 100 * done // total) if total else 0
    return ProgressValue(kind="report", message=message, percentage=percentage, seconds_left=seconds_left)


def classes(scores: Any) -> list[ClassScore]:
    """The core's class scores."""
    return [ClassScore(s.index, s.label, finite(s.probability), finite(s.logit)) for s in scores]


def prediction(found: CorePrediction) -> Prediction:
    """A prediction of the core."""
    return Prediction(
        model=found.model,
        sample=found.sample,
        inputs=found.kind,
        classes=classes(found.classes),
        seconds=found.seconds,
        device=found.device,
        notes=list(found.notes),
    )


def explanation(found: Attribution) -> Explanation:
    """An attribution of the core, at display resolution."""
    complete = found.completeness
    return Explanation(
        version=__version__,
        status=found.status,
        model=found.model,
        sample=found.sample,
        method=found.method,
        target=TargetScore(
            index=found.target.index,
            label=found.target.label,
            score=found.target.score,
            value=finite(found.target.value),
            baseline_value=None if found.target.baseline_value is None else finite(found.target.baseline_value),
        ),
        classes=classes(found.classes)[:5],
        baseline=found.baseline,
        completeness=complete
        and Completeness(finite(complete.expected), finite(complete.total), finite(complete.relative_error)),
        map_error=None if found.map_error is None else finite(found.map_error),
        gradient_evaluations=found.gradient_evaluations,
        seconds=found.seconds,
        device=found.device,
        dtype=found.dtype,
        seed=found.seed,
        notes=list(found.notes),
        plan=Plan(
            rule=found.plan.rule,
            points=list(found.plan.points),
            weights=list(found.plan.weights),
            batch=found.plan.batch,
            memory_format=found.plan.memory_format,
        ),
        picture=_image(found) if found.kind == "image" else _text(found),
    )


def finite(value: float) -> float:
    """JSON has no infinity: the largest float stands for it. (The core refuses NaN.)"""
    return value if math.isfinite(value) else math.copysign(1.7976931348623157e308, value)


def _text(found: Attribution) -> TextPicture:
    def scores(items: Any) -> list[TokenScore]:
        return [TokenScore(item.text, item.start, item.end, finite(item.score)) for item in items]

    return TextPicture(kind="text", text=found.text, tokens=scores(found.tokens), words=scores(found.words))


def _image(found: Attribution) -> ImagePicture:
    return ImagePicture(
        kind="image",
        photo=encode_photo(found.photo),
        region=[float(edge) for edge in found.region],
        signed=encode_array(found.signed),
        magnitude=encode_array(found.magnitude),
    )


def encode_array(values: Any) -> EncodedArray:
    """A tensor as 16-bit integers and a scale: relative to its largest value exact to 1.5e-5.

    Parameters
    ----------
    values : Tensor of any shape and floating dtype, on the CPU.
    """
    import torch

    peak = float(values.abs().max()) if values.numel() else 0.0
    scale = peak / INT16_MAX if peak > 0 else 1.0
    integers = (values.double() / scale).round().to(torch.int16).contiguous()
    return EncodedArray("int16", list(integers.shape), scale, _base64(_tensor_bytes(integers)))


def encode_photo(photo: Any) -> EncodedImage:
    """A PIL image, or a uint8 tensor of shape (height, width, 3), for the screen."""
    try:
        from PIL import Image
    except ImportError:
        return EncodedImage("rgb", photo.shape[1], photo.shape[0], _base64(_tensor_bytes(photo.contiguous())))
    if not isinstance(photo, Image.Image):
        size = (photo.shape[1], photo.shape[0])
        photo = Image.frombytes("RGB", size, _tensor_bytes(photo.contiguous()))
    photo = photo.convert("RGB")
    if max(photo.size) > PHOTO_SIDE:
        photo.thumbnail((PHOTO_SIDE, PHOTO_SIDE))
    buffer = io.BytesIO()
    if photo.width * photo.height <= LOSSLESS_PIXELS:
        photo.save(buffer, "PNG")
        return EncodedImage("png", photo.width, photo.height, _base64(buffer.getvalue()))
    photo.save(buffer, "JPEG", quality=88)
    return EncodedImage("jpeg", photo.width, photo.height, _base64(buffer.getvalue()))


def _tensor_bytes(tensor: Any) -> bytes:
    """The memory of a contiguous CPU tensor; without numpy, which torch does not require."""
    return ctypes.string_at(tensor.data_ptr(), tensor.numel() * tensor.element_size())


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")
