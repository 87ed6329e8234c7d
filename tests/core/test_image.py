"""From photos to inputs, and back: preprocessing, baselines, where the map lies, what is assumed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy
import pytest
import torch
from PIL import Image as Pillow
from torch import Tensor, nn

from attribution_core import (
    AttributionError,
    BadBaseline,
    BadModel,
    BadSample,
    Image,
    ImageAttribution,
    Model,
    explain,
    predict,
)
from attribution_core.inputs import Photo
from attribution_core.inputs.prepared import Function


class Mean(Function):
    """Stands for a network: hands back the mean of each channel."""

    def __init__(self) -> None:
        self.device = torch.device("cpu")
        self.dtype: torch.dtype | None = torch.float64
        self.seen: list[Tensor] = []

    def __call__(self, *arguments: Tensor, **named: Tensor) -> Tensor:
        self.seen.append(arguments[0])
        return arguments[0].mean((2, 3))


def prepared(image: Image, sample: object) -> Tensor:
    return image.prepare(sample, Mean()).features[0]


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        (Image(), [1.0, 0.0, 0.4]),
        (Image(channels="BGR", scale=1, mean=(104, 117, 123)), [102 - 104, 0 - 117, 255 - 123]),
        (Image(scale=1 / 127.5, mean=1), [1.0, -1.0, -0.2]),
        (Image(mean=(0.5, 0.4, 0.2), std=(0.5, 0.2, 0.1)), [1.0, -2.0, 2.0]),
        (Image(channels="L", scale=1), [0.299 * 255 + 0.114 * 102]),
    ],
)
def test_pixels_become_inputs(image: Image, expected: list[float]) -> None:
    features = prepared(image, Pillow.new("RGB", (4, 6), (255, 0, 102)))
    assert features.shape == (len(expected), 6, 4)
    assert features[:, 0, 0].tolist() == pytest.approx(expected)


def test_grey_photos_feed_colour_networks_and_the_other_way_round() -> None:
    grey = Pillow.new("L", (4, 4), 51)
    assert prepared(Image(), grey)[:, 0, 0].tolist() == pytest.approx([0.2, 0.2, 0.2])
    assert prepared(Image(channels="L"), grey)[:, 0, 0].tolist() == pytest.approx([0.2])
    assert prepared(Image(channels="L", scale=1 / 16), numpy.full((8, 8), 8.0))[0, 0, 0] == 0.5


@pytest.mark.parametrize("size", [(12, 18), (9, 7)])
def test_resizing_is_pillows(size: tuple[int, int]) -> None:
    picture = Pillow.effect_noise((31, 23), 90)
    expected = torch.from_numpy(numpy.array(picture.resize(size[::-1], Pillow.Resampling.BILINEAR))).double()
    found = prepared(Image(size=size, channels="L", scale=1), picture)[0]
    assert float((found - expected).abs().max()) <= 1


@pytest.mark.parametrize(
    ("photo_size", "region"),
    [
        ((200, 100), (0.28, 0.06, 0.72, 0.94)),
        ((100, 200), (0.06, 0.28, 0.94, 0.72)),
        ((100, 100), (0.06, 0.06, 0.94, 0.94)),
    ],
)
def test_a_crop_says_where_it_lies(photo_size: tuple[int, int], region: tuple[float, ...]) -> None:
    """(width, height) of the photo; 0.875 of the shorter side in the middle."""
    model = Model(Pool(), Image(size=28, crop=0.875))
    found = explain(model, Pillow.effect_noise(photo_size, 50).convert("RGB"), steps=2)
    assert isinstance(found, ImageAttribution)
    assert found.scores.shape == (3, 28, 28)
    assert found.photo.shape == (photo_size[1], photo_size[0], 3)
    assert found.region == pytest.approx(region, abs=0.02)


class Pool(nn.Module):
    """Two classes from the mean of each channel, at any size."""

    def __init__(self, channels: int = 3) -> None:
        super().__init__()
        self.out = nn.Linear(channels, 2)

    def forward(self, images: Tensor) -> Tensor:
        logits: Tensor = self.out(images.mean((2, 3)))
        return logits


def test_the_map_lies_on_the_upright_photo_in_its_own_size(photo_file: Callable[..., Path]) -> None:
    exif = Pillow.Exif()
    exif[0x0112] = 6
    found = explain(Model(Pool(), Image(size=8)), photo_file(size=(24, 16), exif=exif), steps=2)
    assert isinstance(found, ImageAttribution)
    assert found.photo.shape == (24, 16, 3)
    assert found.signed.shape == found.magnitude.shape == (8, 8)
    assert torch.equal(found.signed, found.scores.sum(0))
    assert (found.magnitude >= found.signed.abs()).all()
    assert found.sample == "photo.png"


FORMS: dict[str, Callable[[Path], object]] = {
    "path": lambda path: path,
    "string": str,
    "picture": Pillow.open,
    "array": lambda path: numpy.array(Pillow.open(path)),
    "bytes tensor": lambda path: torch.from_numpy(numpy.array(Pillow.open(path))).permute(2, 0, 1),
    "float array": lambda path: numpy.array(Pillow.open(path)) / 255,
}


@pytest.mark.parametrize("form", FORMS)
def test_a_photo_in_any_form_gives_the_same(form: str, photo_file: Callable[..., Path]) -> None:
    path = photo_file()
    model = Model(Pool(), Image(size=8, mean=0.5, std=0.25))
    expected = explain(model, path, steps=4)
    found = explain(model, FORMS[form](path), steps=4)
    torch.testing.assert_close(found.scores, expected.scores, rtol=0.02, atol=1e-4)


@pytest.mark.parametrize("shape", [(3, 8, 8), (1, 3, 8, 8)])
def test_a_tensor_of_floats_is_the_input_itself(shape: tuple[int, ...]) -> None:
    model = Model(Pool(), Image(size=227, mean=0.5, std=0.25))
    ready = torch.randn(shape)
    found = explain(model, ready, score="logit", target=1, method="gradient")
    assert isinstance(found, ImageAttribution)
    weights = model.module.out.weight[1] / 64  # type: ignore[attr-defined]
    torch.testing.assert_close(found.scores, weights[:, None, None].expand(3, 8, 8))
    assert found.photo.shape == (8, 8, 3)


def test_a_ready_tensor_is_shown_as_the_photo_that_it_was() -> None:
    picture = Pillow.effect_noise((8, 8), 60).convert("RGB")
    image = Image(channels="BGR", scale=1, mean=(104, 117, 123), std=2)
    ready = prepared(image, picture).float()
    found = explain(Model(Pool(), image), ready, method="gradient")
    assert isinstance(found, ImageAttribution)
    assert torch.equal(found.photo, torch.from_numpy(numpy.array(picture)))
    assert found.notes == []


@pytest.mark.parametrize(("name", "level"), [("black", 0.0), (None, 0.0), ("grey", 127.5), ("white", 255.0)])
def test_baselines_are_photos_of_one_level(name: str | None, level: float) -> None:
    sample = Image(scale=1, mean=(1, 2, 3), std=2).prepare(Pillow.new("RGB", (4, 4), (9, 8, 7)), Mean())
    said, (baseline,) = sample.baseline(name)
    assert said == (name or "black")
    assert baseline[:, 1, 1].tolist() == [(level - mean) / 2 for mean in (1, 2, 3)]


def test_the_other_baselines() -> None:
    sample = Image().prepare(torch.randn(3, 16, 16), Mean())
    zero, blurred = sample.baseline("zero")[1][0], sample.baseline("blurred")[1][0]
    assert not zero.any()
    assert blurred.std() < sample.features[0].std() / 2
    torch.testing.assert_close(blurred.mean(), sample.features[0].mean(), atol=0.1, rtol=0)
    given = torch.randn(3, 16, 16)
    assert torch.equal(sample.baseline(given)[1][0], given.double())


@pytest.mark.parametrize(
    ("baseline", "message"),
    [
        ("blakc", "no baseline 'blakc' for an image"),
        (torch.zeros(3, 4, 5), r"shape \(3, 4, 5\)"),
        ("black", "equals the sample"),
        (torch.full((3, 8, 8), float("nan")), "not finite"),
    ],
)
def test_a_baseline_that_cannot_be(baseline: object, message: str) -> None:
    with pytest.raises(BadBaseline, match=message) as caught:
        explain(Model(Pool(), Image(size=8)), Pillow.new("RGB", (8, 8)), baseline=baseline)
    assert caught.value.next_step


SAMPLES: list[tuple[object, str]] = [
    (torch.randn(2, 3, 8, 8), "a batch of 2 samples"),
    (torch.randn(1, 8, 8), "has 1 channels, and the model takes 3"),
    (torch.full((3, 8, 8), float("inf")), "not finite"),
    (3, "type int is not an image"),
]


@pytest.mark.parametrize(("sample", "message"), SAMPLES, ids=[message for _, message in SAMPLES])
def test_a_sample_that_cannot_be(sample: object, message: str) -> None:
    with pytest.raises(BadSample, match=message) as caught:
        explain(Model(Pool(), Image(size=8)), sample)
    assert caught.value.next_step


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"channels": "CMYK"}, "channels='CMYK'"),
        ({"mean": (1, 2)}, "2 values for 3 channels"),
        ({"std": (1, 2, 3), "channels": "L"}, "3 values for 1 channels"),
        ({"crop": 0.9}, "needs a size"),
        ({"crop": 2, "size": 8}, "between 0 and 1"),
    ],
)
def test_a_preprocessing_that_cannot_be(options: dict[str, Any], message: str) -> None:
    with pytest.raises(AttributionError, match=message):
        Image(**options)


class TestAssumed:
    """A bare module says what it can about its inputs, and the result says what was assumed."""

    @pytest.mark.parametrize(
        ("module", "shape"),
        [
            (nn.Sequential(nn.Conv2d(3, 4, 3), nn.AdaptiveAvgPool2d(1), nn.Flatten(), nn.Linear(4, 2)), (3, 16, 24)),
            (nn.Sequential(nn.Conv2d(1, 4, 3), nn.Flatten(), nn.Linear(4 * 26 * 26, 2)), (1, 28, 28)),
            (nn.Sequential(nn.Flatten(), nn.Linear(64, 2)), (1, 8, 8)),
            (nn.Sequential(nn.Flatten(), nn.Linear(3 * 32 * 32, 2)), (3, 32, 32)),
            (nn.Sequential(nn.BatchNorm2d(3), nn.Conv2d(3, 2, 32), nn.Flatten(), nn.Linear(2, 2)), (3, 32, 32)),
        ],
    )
    def test_channels_and_size(
        self, module: nn.Module, shape: tuple[int, ...], photo_file: Callable[..., Path]
    ) -> None:
        found = explain(module, photo_file(), steps=2)
        assert found.scores.shape == shape
        assert found.notes[0].startswith(f"Assumed: {shape[1]}x{shape[2]} pixels")

    def test_a_ready_tensor_needs_no_assumption(self) -> None:
        assert not any("Assumed" in note for note in explain(Pool(), torch.randn(3, 8, 8), steps=2).notes)

    @pytest.mark.parametrize(
        ("module", "sample", "message"),
        [
            (nn.Linear(30, 2), "row.png", "nothing says what Linear reads"),
            (nn.Sequential(nn.Conv2d(5, 2, 3)), Photo(torch.zeros(3, 8, 8), ""), "takes 5 channels"),
            (
                nn.Sequential(nn.Conv2d(3, 2, 3), nn.Linear(7, 7)),
                Photo(torch.zeros(3, 80, 80), ""),
                "none of the usual",
            ),
            (nn.Sequential(nn.Embedding(9, 2)), "some text", "nothing says how a text becomes ids"),
        ],
    )
    def test_what_is_missing_is_said(self, module: nn.Module, sample: object, message: str) -> None:
        with pytest.raises(BadModel, match=message) as caught:
            predict(module, sample)
        assert "Write" in caught.value.next_step or "Give" in caught.value.next_step
