"""Baselines that are distributions: attributions are averaged over their members."""

from __future__ import annotations

import pytest
import torch
from captum.attr import GradientShap, IntegratedGradients
from torch import nn

from attribution_core import Baseline, Model, explain

SAMPLE = torch.tensor([1.0, -2.0, 0.5], dtype=torch.float64)
WEIGHTS = torch.tensor([2.0, -3.0, 0.5], dtype=torch.float64)


def test_expected_gradients_are_weights_times_the_distance_from_the_mean() -> None:
    line = nn.Linear(3, 1).double()
    line.weight.data[:] = WEIGHTS
    rows = [torch.zeros(3), torch.tensor([1.0, 2.0, 4.0]), torch.tensor([-2.0, 0.0, 1.0])]
    found = explain(Model(line, task="regression"), SAMPLE, baseline=Baseline.dataset(rows), steps=2)
    mean = torch.stack(rows).double().mean(0)
    torch.testing.assert_close(found.scores, WEIGHTS * (SAMPLE - mean), rtol=0, atol=1e-10)
    assert found.completeness is not None
    assert found.completeness.total == pytest.approx(found.completeness.expected, abs=1e-10)
    assert found.gradient_evaluations == 6


def test_expected_gradients_stop_at_a_tolerance(conv_net: nn.Module) -> None:
    others = Baseline.dataset([torch.randn(3, 12, 12) for _ in range(3)])
    sample = torch.randn(3, 12, 12)
    found = explain(conv_net, sample, baseline=others, score="logit")
    singles = explain(conv_net, sample, baseline=others, score="logit", steps=256)
    assert found.map_error is not None
    error = float((found.scores - singles.scores).abs().sum() / singles.scores.abs().sum())
    assert error < 0.15
    assert found.gradient_evaluations <= 128


def test_the_curve_is_the_mean_of_the_curves(mlp: nn.Module) -> None:
    others = [torch.randn(3, 4, 4) for _ in range(3)]
    sample = torch.randn(3, 4, 4)
    options = {"method": "interior", "steps": 4, "target": 1}
    singles = [explain(mlp, sample, baseline=other, **options).path for other in others]  # type: ignore[arg-type]
    found = explain(mlp, sample, baseline=Baseline.dataset(others), **options).path  # type: ignore[arg-type]
    assert found is not None
    for i in range(4):
        mean = sum(single.scores[i] for single in singles if single is not None) / 3
        assert found.scores[i] == pytest.approx(mean, rel=1e-5)


@pytest.mark.parametrize("network", ["mlp", "conv_net"])
def test_they_are_the_mean_of_captums_over_baselines(network: str, request: pytest.FixtureRequest) -> None:
    net = request.getfixturevalue(network).double()
    sample = torch.randn(3, 4, 4).double() if network == "mlp" else torch.randn(3, 12, 12).double()
    others = [torch.randn_like(sample) for _ in range(3)]
    engine = IntegratedGradients(net)
    each = [engine.attribute(sample[None], o[None], target=1, n_steps=6, method="riemann_middle")[0] for o in others]
    ours = explain(net, sample, baseline=Baseline.dataset(others), steps=6, rule="midpoint", target=1, score="logit")
    torch.testing.assert_close(ours.scores, torch.stack(each).mean(0), rtol=1e-5, atol=1e-9)


def test_gradient_shap_draws_what_ours_integrates(mlp: nn.Module) -> None:
    """GradientShap takes one random point between the sample and a random baseline at each draw: an estimate with
    noise of what ours integrates for each baseline. So they agree in the limit only; of a line at once."""
    net = mlp.double()
    sample = torch.randn(1, 3, 4, 4, dtype=torch.float64)
    others = torch.randn(4, 3, 4, 4, dtype=torch.float64)
    theirs = GradientShap(net).attribute(sample, others, n_samples=3000, stdevs=0.0, target=1)[0]
    ours = explain(net, sample, baseline=Baseline.dataset(list(others)), steps=16, target=1, score="logit").scores
    assert float((ours - theirs).abs().sum() / ours.abs().sum()) < 0.1
