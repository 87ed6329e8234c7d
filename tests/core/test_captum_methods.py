"""Agreement with Captum 0.9 on every method that both have, on four kinds of networks.

Where ours differs on purpose, the test says why.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from unittest import mock

import pytest
import torch
from captum.attr import (
    InputXGradient,
    IntegratedGradients,
    LayerGradientXActivation,
    LayerIntegratedGradients,
    NoiseTunnel,
    Saliency,
)
from torch import Tensor, nn

from attribution_core import Model, Text, explain
from attribution_core.methods import noisy_copies

IMAGES = ["mlp", "conv_net"]
TEXTS = ["lstm_net", "transformer_net"]
IDS = torch.tensor([[3, 4, 5, 11, 13]])
SMOOTHED = {"smoothgrad": "smoothgrad", "smoothgrad-squared": "smoothgrad_sq", "vargrad": "vargrad"}


@pytest.fixture
def net(request: pytest.FixtureRequest) -> nn.Module:
    module: nn.Module = request.getfixturevalue(request.param)
    return module.double()


@pytest.fixture
def sample(net: nn.Module) -> Tensor:
    return (
        torch.randn(3, 4, 4, dtype=torch.float64) if isinstance(net, nn.Sequential) else torch.randn(3, 12, 12).double()
    )


def of_images(names: list[str] = IMAGES) -> Callable[..., Any]:
    return pytest.mark.parametrize("net", names, indirect=True)


def text_model(net: nn.Module) -> Model:
    return Model(net, Text(tokenizer=lambda text: IDS))


@of_images()
def test_saliency(net: nn.Module, sample: Tensor) -> None:
    """Captum's default is the absolute value; ours keeps the sign, and takes the magnitude for the picture."""
    ours = explain(net, sample, method="gradient", target=1, score="logit").scores
    torch.testing.assert_close(ours.abs(), Saliency(net).attribute(sample[None], target=1)[0])
    torch.testing.assert_close(ours, Saliency(net).attribute(sample[None], target=1, abs=False)[0])


@of_images()
def test_input_x_gradient(net: nn.Module, sample: Tensor) -> None:
    ours = explain(net, sample, method="input-x-gradient", target=1, score="logit").scores
    torch.testing.assert_close(ours, InputXGradient(net).attribute(sample[None], target=1)[0])


@of_images(TEXTS)
def test_input_x_gradient_of_embeddings(net: Any) -> None:
    theirs = LayerGradientXActivation(net, net.embedding).attribute(IDS, target=1)
    ours = explain(text_model(net), "five tokens", method="input-x-gradient", target=1, score="logit").scores
    torch.testing.assert_close(ours, theirs[0])


@of_images(TEXTS)
def test_integrated_gradients_of_embeddings(net: Any) -> None:
    """Captum's default baseline is id 0, whose embedding need not be zero; ours is the zero embedding."""
    net.embedding.weight.data[0] = 0
    layer = LayerIntegratedGradients(net, net.embedding)
    theirs = layer.attribute(IDS, torch.zeros_like(IDS), target=1, n_steps=9, method="riemann_middle")
    ours = explain(text_model(net), "five tokens", target=1, score="logit", steps=9, rule="midpoint").scores
    torch.testing.assert_close(ours, theirs[0], rtol=1e-5, atol=1e-7)


@of_images()
@pytest.mark.parametrize("method", SMOOTHED)
def test_smoothed_gradients_with_the_same_noise(method: str, net: nn.Module, sample: Tensor) -> None:
    """Captum's `stdevs` is absolute; ours is a share of (max - min), as in the paper. Its noise comes from the global
    generator; here it is handed ours."""
    copies = torch.stack([point[0] for point in noisy_copies((sample,), 6, 0.2, seed=4)])
    with mock.patch("torch.normal", return_value=copies - sample):
        theirs = NoiseTunnel(Saliency(net)).attribute(
            sample[None], nt_type=SMOOTHED[method], nt_samples=6, target=1, abs=False
        )
    ours = explain(net, sample, method=method, samples=6, noise=0.2, seed=4, target=1, score="logit").scores
    torch.testing.assert_close(ours, theirs[0], rtol=1e-7, atol=1e-12)


@of_images()
@pytest.mark.parametrize("method", SMOOTHED)
def test_smoothed_integrated_gradients(method: str, net: nn.Module, sample: Tensor) -> None:
    copies = torch.stack([point[0] for point in noisy_copies((sample,), 4, 0.2, seed=4)])
    with mock.patch("torch.normal", return_value=copies - sample):
        theirs = NoiseTunnel(IntegratedGradients(net)).attribute(
            sample[None], nt_type=SMOOTHED[method], nt_samples=4, target=1, n_steps=5, method="riemann_middle"
        )
    found = explain(
        net, sample, method=method, samples=4, noise=0.2, seed=4, target=1, score="logit", over="integrated", steps=5,
        baseline="zero",
    )  # fmt: skip
    torch.testing.assert_close(found.scores, theirs[0], rtol=1e-5, atol=1e-9)
