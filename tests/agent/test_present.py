"""Results of the core as messages: every kind, at display resolution, nothing that JSON cannot carry."""

from __future__ import annotations

import base64
import json
import math
from array import array
from dataclasses import replace

import pytest
import torch

from attribution_core import Attribution, ClassScore, Target
from heatline.agent.present import INTERIOR_SIDE, classes, explanation
from heatline.display import static_forms
from heatline.protocol import EncodedArray, Explanation, ImagePicture, TabularPicture, TextPicture
from heatline.wire import decode, encode

from ..core.attributions import SCALES, every_kind, over_image, over_row, over_text

EVERY = every_kind()


def numbers(encoded: EncodedArray) -> torch.Tensor:
    values = torch.tensor(array("h", base64.b64decode(encoded.data)), dtype=torch.float64)
    return values.reshape(encoded.shape) * encoded.scale


@pytest.mark.parametrize("kind", EVERY)
def test_every_kind_goes_over_the_wire_and_back(kind: str) -> None:
    sent = explanation(EVERY[kind])
    received = decode(Explanation, json.loads(json.dumps(encode(sent), allow_nan=False)))
    assert received == sent
    assert received.picture.kind == kind


def test_columns_and_words() -> None:
    row = explanation(over_row()).picture
    assert isinstance(row, TabularPicture)
    assert [(c.name, c.value, c.score) for c in row.columns] == [
        ("age", "29", -0.1), ("sex", "female", 0.7), ("fare", "80", 0.2),
    ]  # fmt: skip
    text = explanation(over_text()).picture
    assert isinstance(text, TextPicture)
    assert [word.score for word in text.words] == [0, 0.5, 0.1, -0.1, -0.2, 0.5]


def test_a_path_with_the_maps_of_an_image_made_coarser() -> None:
    found = over_image(size=96)
    sent = explanation(found)
    path = sent.path
    assert path is not None
    assert path.maps is not None
    assert path.scales == list(SCALES)
    assert path.classes[0].label == "cat"
    assert path.maps.shape == [9, INTERIOR_SIDE, INTERIOR_SIDE]
    assert found.path is not None
    assert found.path.maps is not None
    assert numbers(path.maps).mean() == pytest.approx(float(found.path.maps.mean()), rel=1e-3)
    assert isinstance(sent.picture, ImagePicture)
    assert sent.picture.signed.shape == [96, 96], "the map itself stays as it is"


def test_maps_of_words_and_columns_stay_as_they_are() -> None:
    for found in (over_text(), over_row()):
        path = explanation(found).path
        assert path is not None
        assert path.maps is not None
        assert found.path is not None
        assert found.path.maps is not None
        assert torch.allclose(numbers(path.maps), found.path.maps.double(), atol=1e-4)


def test_what_json_cannot_carry() -> None:
    (value,) = classes([ClassScore(0, "price", math.nan, 21.5)])
    assert (value.probability, value.logit) == (None, 21.5)
    assert explanation(over_image(path=False)).path is None
    difference = replace(over_image(), target=Target(0, "cat rather than dog", "logit", 1.5, 0.0, against=2))
    assert explanation(difference).target.against == 2


@pytest.mark.parametrize("kind", EVERY)
def test_static_forms_stay_below_500_kb(kind: str) -> None:
    photo = torch.randint(0, 256, (900, 1200, 3), dtype=torch.uint8, generator=torch.Generator().manual_seed(0))
    found: Attribution = over_image(224, photo) if kind == "image" else EVERY[kind]
    forms = static_forms(found)
    assert forms.png is not None
    assert base64.b64decode(forms.png).startswith(b"\x89PNG")
    assert len(forms.png) + len(forms.html) + len(forms.text) < 500_000
