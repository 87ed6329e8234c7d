"""Agreement with Captum 0.9: the same rule, the same number of steps, the same numbers.

Captum casts its quadrature weights to float32, so 1e-6 is as near as it gets.
"""

from __future__ import annotations

from typing import Any

import pytest
import torch
from captum.attr import IntegratedGradients, LayerIntegratedGradients, Saliency
from torch import Tensor, nn

from attribution_core import Model, Text, explain

RULES = {"gauss-legendre": "gausslegendre", "midpoint": "riemann_middle", "right-riemann": "riemann_right"}
IDS = torch.tensor([[3, 4, 5, 11, 13]])


class Probability(nn.Module):
    """Softmax behind a network, so that Captum explains probabilities."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module = module

    def forward(self, x: Tensor) -> Tensor:
        probabilities: Tensor = self.module(x).softmax(1)
        return probabilities


def images(net: nn.Module) -> tuple[nn.Module, Tensor, Tensor]:
    shape = (3, 4, 4) if isinstance(net, nn.Sequential) else (3, 12, 12)
    return net.double(), torch.randn(1, *shape, dtype=torch.float64), torch.rand(1, *shape, dtype=torch.float64)


@pytest.mark.parametrize("steps", [5, 50])
@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("network", ["mlp", "conv_net"])
def test_integrated_gradients_of_images(network: str, rule: str, steps: int, request: pytest.FixtureRequest) -> None:
    net, sample, baseline = images(request.getfixturevalue(network))
    theirs = IntegratedGradients(Probability(net)).attribute(
        sample, baseline, target=1, n_steps=steps, method=RULES[rule]
    )
    ours = explain(net, sample, baseline=baseline, target=1, steps=steps, rule=rule)
    torch.testing.assert_close(ours.scores, theirs[0], rtol=1e-5, atol=2e-7)


@pytest.mark.parametrize("network", ["mlp", "conv_net"])
def test_gradients_of_images(network: str, request: pytest.FixtureRequest) -> None:
    net, sample, _ = images(request.getfixturevalue(network))
    theirs = Saliency(net).attribute(sample, target=2, abs=False)
    torch.testing.assert_close(explain(net, sample, method="gradient", target=2, score="logit").scores, theirs[0])


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("network", ["lstm_net", "transformer_net"])
def test_integrated_gradients_of_texts(network: str, rule: str, request: pytest.FixtureRequest) -> None:
    net: Any = request.getfixturevalue(network).double()
    layer = LayerIntegratedGradients(Probability(net), net.embedding)
    # Captum's default baseline is id 0, whose embedding need not be zero; ours is the zero embedding.
    net.embedding.weight.data[0] = 0
    theirs = layer.attribute(IDS, torch.zeros_like(IDS), target=1, n_steps=20, method=RULES[rule])
    ours = explain(Model(net, Text(tokenizer=lambda text: IDS)), "five tokens", target=1, steps=20, rule=rule)
    torch.testing.assert_close(ours.scores, theirs[0], rtol=1e-5, atol=2e-7)


def test_their_trapezoid_is_short_of_one_and_ours_is_not(mlp: nn.Module) -> None:
    """A line's integral: Captum's `riemann_trapezoid` weights sum to 1 - 1/n."""
    line = nn.Sequential(nn.Flatten(), nn.Linear(48, 2, bias=False)).double()
    sample = torch.randn(1, 3, 4, 4, dtype=torch.float64)
    exact = float(line(sample)[0, 1])
    theirs = IntegratedGradients(line).attribute(sample, target=1, n_steps=10, method="riemann_trapezoid")
    ours = explain(line, sample, target=1, score="logit", steps=10, rule="trapezoid")
    assert float(theirs.sum()) == pytest.approx(0.9 * exact, rel=1e-6)
    assert float(ours.scores.sum()) == pytest.approx(exact, rel=1e-12)
