"""Each method against what it must be, in float64 to 1e-10, and what it must not be asked."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from attribution_core import Attribution, BadRequest, Model, Text, compare, explain, explaining
from attribution_core.methods import noisy_copies

SAMPLE = torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64)
WEIGHTS = torch.tensor([2.0, -3.0, 0.5], dtype=torch.float64)


class Scalar(nn.Module):
    """A function (n, 3) -> (n,) as a regression."""

    def __init__(self, function: Callable[[Tensor], Tensor]) -> None:
        super().__init__()
        self.function = function
        self.register_buffer("kind", torch.zeros(1, dtype=torch.float64))

    def forward(self, x: Tensor) -> Tensor:
        return self.function(x)[:, None]


def regression(function: Callable[[Tensor], Tensor]) -> Model:
    return Model(Scalar(function), task="regression")


def linear() -> Model:
    return regression(lambda x: x @ WEIGHTS + 7)


def square() -> Model:
    return regression(lambda x: (x**2).sum(1))


def copies(count: int, noise: float, seed: int = 0) -> Tensor:
    return torch.stack([point[0] for point in noisy_copies((SAMPLE,), count, noise, seed)])


class TestOfALine:
    """Its gradient is the same everywhere."""

    def test_gradients_are_its_weights(self) -> None:
        torch.testing.assert_close(explain(linear(), SAMPLE, method="gradient").scores, WEIGHTS, rtol=0, atol=1e-12)

    def test_input_x_gradient_is_weight_times_value(self) -> None:
        found = explain(linear(), SAMPLE, method="input-x-gradient").scores
        torch.testing.assert_close(found, WEIGHTS * SAMPLE, rtol=0, atol=1e-12)

    @pytest.mark.parametrize("noise", [0.0, 0.15, 2.0])
    def test_smoothgrad_is_the_gradient(self, noise: float) -> None:
        found = explain(linear(), SAMPLE, method="smoothgrad", samples=7, noise=noise).scores
        torch.testing.assert_close(found, WEIGHTS, rtol=0, atol=1e-12)

    def test_its_squares_are_squares_and_its_variance_nothing(self) -> None:
        squared, variance = compare(linear(), SAMPLE, methods=["smoothgrad-squared", "vargrad"], samples=9)
        torch.testing.assert_close(squared.scores, WEIGHTS**2, rtol=0, atol=1e-12)
        torch.testing.assert_close(variance.scores, torch.zeros_like(WEIGHTS), rtol=0, atol=1e-12)


class TestOfASquare:
    """F = sum x^2: the gradient at x + e is 2 (x + e)."""

    def test_smoothgrad_is_the_mean_over_the_copies(self) -> None:
        found = explain(square(), SAMPLE, method="smoothgrad", samples=11, noise=0.3, seed=5).scores
        torch.testing.assert_close(found, (2 * copies(11, 0.3, 5)).mean(0), rtol=0, atol=1e-10)

    def test_its_variants(self) -> None:
        squared, variance = compare(
            square(), SAMPLE, methods=["smoothgrad-squared", "vargrad"], samples=11, noise=0.3, seed=5
        )
        gradients = 2 * copies(11, 0.3, 5)
        torch.testing.assert_close(squared.scores, (gradients**2).mean(0), rtol=0, atol=1e-10)
        torch.testing.assert_close(variance.scores, gradients.var(0, unbiased=False), rtol=0, atol=1e-10)

    @pytest.mark.parametrize("method", ["smoothgrad", "smoothgrad-squared", "vargrad"])
    def test_over_integrated_gradients(self, method: str) -> None:
        """IG of x^2 from 0 is x^2, and the midpoint rule is exact for its linear integrand."""
        found = explain(square(), SAMPLE, method=method, samples=6, over="integrated", steps=3).scores
        each = copies(6, 0.15) ** 2
        expected = {"smoothgrad": each.mean(0), "smoothgrad-squared": (each**2).mean(0)}
        torch.testing.assert_close(found, expected.get(method, each.var(0, unbiased=False)), rtol=0, atol=1e-10)

    def test_the_interior_is_kept_apart(self) -> None:
        found = explain(square(), SAMPLE, method="interior", steps=4)
        torch.testing.assert_close(found.scores, SAMPLE**2, rtol=0, atol=1e-10)
        assert found.path is not None
        assert found.path.scales == pytest.approx((1 / 8, 3 / 8, 5 / 8, 7 / 8))
        for i, scale in enumerate(found.path.scales):
            assert found.path.scores[i] == pytest.approx(scale**2 * float((SAMPLE**2).sum()))
            assert found.path.magnitudes[i] == pytest.approx(2 * scale * float(SAMPLE.abs().sum()), rel=1e-6)
            assert found.path.maps is not None
            torch.testing.assert_close(found.path.maps[i], (2 * scale * SAMPLE**2).float())

    def test_a_curved_path(self) -> None:
        """(a, a^2, ...): the integral along any path from 0 adds up to the gain."""
        found = explain(
            square(), SAMPLE, path=lambda a: SAMPLE * torch.tensor([a, a**2, a**3], dtype=torch.float64), steps=16,
            rule="gauss-legendre",
        )  # fmt: skip
        torch.testing.assert_close(found.scores, SAMPLE**2, rtol=0, atol=1e-8)
        assert found.baseline == "start of the path"


def test_a_path_matters_where_features_act_together() -> None:
    """F = x y along (a, a^3): dF/dx dx = a^3 da, so x gets 1/4 and y 3/4."""
    product = regression(lambda x: x[:, 0] * x[:, 1])
    sample = torch.ones(2, dtype=torch.float64)
    found = explain(
        product, sample, path=lambda a: torch.tensor([a, a**3], dtype=torch.float64), steps=8, rule="gauss-legendre"
    )
    assert found.scores.tolist() == pytest.approx([0.25, 0.75], abs=1e-8)
    assert explain(product, sample, steps=8).scores.tolist() == pytest.approx([0.5, 0.5], abs=1e-10)


def test_smoothgrad_without_noise_is_the_gradient(conv_net: nn.Module) -> None:
    sample = torch.randn(3, 12, 12)
    plain, smooth = compare(conv_net, sample, methods=["gradient", "smoothgrad"], samples=1, noise=0.0)
    torch.testing.assert_close(smooth.scores, plain.scores)


def test_noise_is_that_of_the_seed_and_relative_to_the_range(conv_net: nn.Module) -> None:
    sample = torch.randn(3, 12, 12)
    first, again, other = (explain(conv_net, sample, method="smoothgrad", samples=4, seed=seed) for seed in (1, 1, 2))
    torch.testing.assert_close(first.scores, again.scores, rtol=1e-4, atol=1e-7)
    assert float((first.scores - other.scores).abs().sum()) > 0.01 * float(first.scores.abs().sum())
    drawn = torch.stack([point[0] for point in noisy_copies((sample,), 50, 0.15, 0)])
    assert float((drawn - sample).std()) == pytest.approx(0.15 * float(sample.max() - sample.min()), rel=0.05)


def test_more_copies_change_less(conv_net: nn.Module) -> None:
    found = list(explaining(conv_net, torch.randn(3, 12, 12), method="smoothgrad", samples=16))
    previews = [step for step in found if isinstance(step, Attribution)]
    assert previews
    assert all(preview.status == "preview" and preview.method == "smoothgrad" for preview in previews)


def test_interior_and_integrated_are_one_pass(conv_net: nn.Module) -> None:
    sample = torch.randn(3, 12, 12)
    integrated, interior = compare(conv_net, sample, methods=["integrated", "interior"], steps=17, rule="trapezoid")
    assert integrated.gradient_evaluations == interior.gradient_evaluations
    torch.testing.assert_close(integrated.scores, interior.scores, rtol=1e-5, atol=1e-6)
    for found in (integrated, interior):
        assert found.path is not None
        assert len(found.path.scales) == found.gradient_evaluations
        assert found.path.scores[-1] == pytest.approx(found.target.value, rel=1e-5)
        assert [entry.index for entry in found.path.logits] == [entry.index for entry in found.classes]
        assert found.path.logits[0].logits[-1] == pytest.approx(found.classes[0].logit, rel=1e-4)
    assert integrated.path is not None
    assert integrated.path.maps is None
    assert interior.path is not None
    assert interior.path.maps is not None
    assert interior.path.maps.shape == (16, 12, 12)
    assert interior.path.map_scales == pytest.approx([(i + 1) / 16 for i in range(16)])


def test_the_interior_has_maps_to_look_at_also_where_few_gradients_would_do(conv_net: nn.Module) -> None:
    found = explain(conv_net, torch.randn(3, 12, 12), method="interior", tolerance=0.5)
    assert found.path is not None
    assert len(found.path.map_scales) == 16


def test_the_maps_of_the_interior_average_to_the_map(conv_net: nn.Module) -> None:
    found = explain(conv_net, torch.randn(3, 12, 12), method="interior", steps=12)
    assert found.path is not None
    assert found.path.maps is not None
    torch.testing.assert_close(found.path.maps.mean(0), found.scores.sum(0), rtol=1e-4, atol=1e-6)


def test_words_have_signs_where_contributions_are_asked_for(text_model: Model) -> None:
    signed, unsigned = compare(text_model, "a great film but not bad", methods=["input-x-gradient", "smoothgrad"])
    assert any(token.score < 0 for token in signed.tokens)  # type: ignore[attr-defined]
    assert all(token.score >= 0 for token in unsigned.tokens)  # type: ignore[attr-defined]


class TestAPlan:
    """It repeats a result to the last bit."""

    @pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
    @pytest.mark.parametrize(
        "options",
        [
            {},
            {"steps": 13},
            {"steps": 9, "rule": "gauss-legendre"},
            {"method": "interior", "tolerance": 0.2},
            {"method": "gradient"},
            {"method": "smoothgrad", "samples": 5, "seed": 3},
            {"method": "vargrad", "samples": 4, "steps": 3},
        ],
    )
    def test_of_images(self, options: dict[str, Any], dtype: torch.dtype, conv_net: nn.Module) -> None:
        sample = torch.randn(3, 12, 12).to(dtype)
        found = explain(conv_net.to(dtype), sample, **options)
        again = explain(conv_net, sample, plan=found.plan)
        assert torch.equal(found.scores, again.scores)
        assert again.method == found.method
        assert (again.plan.steps, again.plan.points) == (found.plan.steps, found.plan.points)

    def test_of_a_text(self, text_model: Model) -> None:
        found = explain(text_model, "a great film", steps=10)
        assert torch.equal(found.scores, explain(text_model, "a great film", plan=found.plan).scores)


REQUESTS: list[tuple[dict[str, Any], str]] = [
    ({"method": "smoothgrad", "samples": 0}, "0 noisy samples"),
    ({"method": "smoothgrad", "noise": -0.1}, "a noise of -0.1"),
    ({"method": "smoothgrad", "noise": math.nan}, "a noise of nan"),
    ({"method": "smoothgrad", "over": "lime"}, "over 'lime' is unknown"),
    ({"method": "smoothgrad", "tolerance": 0.1}, "takes no tolerance"),
    ({"samples": 5}, "samples=5 was given for the method 'integrated'"),
    ({"method": "gradient", "path": lambda a: None}, "a path was given for the method 'gradient'"),
    ({"path": lambda a: None, "baseline": "zero"}, "both a path and a baseline"),
    ({"path": 3}, "a path of type int"),
    ({"path": lambda a: torch.zeros(4), "steps": 3}, r"no point of shape \(3, 12, 12\) at 1"),
    ({"path": lambda a: torch.zeros(3, 12, 12), "steps": 3}, "does not end at the sample"),
]


@pytest.mark.parametrize(("options", "message"), REQUESTS)
def test_requests_that_make_no_sense(options: dict[str, Any], message: str, conv_net: nn.Module) -> None:
    with pytest.raises(BadRequest, match=message) as caught:
        explain(conv_net, torch.randn(3, 12, 12), **options)
    assert caught.value.next_step


def test_texts_of_a_path_are_embeddings(text_model: Model) -> None:
    sample = explain(text_model, "a great film", method="gradient").scores
    with pytest.raises(BadRequest, match="does not end at the sample"):
        explain(text_model, "a great film", path=lambda a: torch.zeros_like(sample), steps=2)
    assert isinstance(text_model.inputs, Text)
