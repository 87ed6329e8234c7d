"""Gradients of what cannot be differentiated: against autograd, closed forms, and with one clear line where it ends."""

from __future__ import annotations

import types
from collections.abc import Callable
from typing import Any

import numpy
import pytest
import torch
from torch import Tensor, nn

from attribution_core import (
    BadModel,
    BadRequest,
    Model,
    Tabular,
    TabularAttribution,
    as_model,
    explain,
    explaining,
    predict,
)
from attribution_core.finite_differences import MOST_FEATURES, ROWS, Differences

ROW = [0.5, -1.0, 2.0, 0.1]


class Smooth(nn.Module):
    """In float64: tanh, sine and a product."""

    def __init__(self, dtype: torch.dtype = torch.float64) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(4, 8), nn.Tanh(), nn.Linear(8, 3)).to(dtype)

    def forward(self, rows: Tensor) -> Tensor:
        logits: Tensor = self.layers(rows) + torch.sin(rows[:, :1] * rows[:, 1:2])
        return logits


def in_numpy(module: nn.Module) -> Callable[[Any], Any]:
    """The module as a function that torch knows nothing of."""

    def function(rows: Any) -> Any:
        assert isinstance(rows, numpy.ndarray)
        with torch.no_grad():
            return module(torch.from_numpy(rows)).numpy()

    return function


@pytest.mark.parametrize("method", ["gradient", "integrated"])
@pytest.mark.parametrize("score", ["logit", "probability", "log-probability"])
def test_a_smooth_function_has_the_gradients_of_autograd(method: str, score: str) -> None:
    module = Smooth()
    options: dict[str, Any] = {"method": method, "score": score, "target": 1}
    if method == "integrated":
        options |= {"steps": 12, "rule": "gauss-legendre"}
    expected = explain(module, torch.tensor(ROW, dtype=torch.float64), **options)
    found = explain(in_numpy(module), ROW, **options)
    assert isinstance(found, TabularAttribution)
    torch.testing.assert_close(found.scores.double(), expected.scores, rtol=1e-6, atol=1e-7)
    assert found.target.value == pytest.approx(expected.target.value, rel=1e-6)
    assert any("finite differences: 8 evaluations" in note for note in found.notes)


def test_what_is_known_to_be_no_torch_gets_64_bits() -> None:
    module = Smooth()
    expected = explain(module, torch.tensor(ROW, dtype=torch.float64), method="gradient", score="logit", target=2)
    found = explain(Model(in_numpy(module), differentiable=False), ROW, method="gradient", score="logit", target=2)
    assert found.dtype == "float64"
    torch.testing.assert_close(found.scores, expected.scores, rtol=1e-9, atol=1e-10)


def test_a_module_that_is_cut_off_from_its_gradients() -> None:
    """In its own float32, hence with the larger step."""

    class Detached(Smooth):
        def forward(self, rows: Tensor) -> Tensor:
            return super().forward(rows.detach()).round(decimals=6)

    module = Detached(torch.float32)
    sample = torch.tensor(ROW)
    with pytest.raises(BadModel, match="does not depend on the sample in a way that can be differentiated"):
        explain(module, sample)
    found = explain(Model(module, differentiable=False), sample, method="gradient", score="logit", target=0)
    whole = Smooth(torch.float32)
    whole.load_state_dict(module.state_dict())
    expected = explain(whole, sample, method="gradient", score="logit", target=0)
    torch.testing.assert_close(found.scores, expected.scores, rtol=1e-3, atol=1e-3)


@pytest.fixture(scope="module")
def data() -> tuple[Any, Any]:
    draw = numpy.random.default_rng(0)
    rows = draw.normal(size=(200, 4))
    return rows, (rows @ [1.0, -2.0, 0.5, 0.0] + 0.3 * rows[:, 0] > 0.2).astype(int)


FORMS: dict[str, Callable[[Any], object]] = {
    "the model": lambda model: model,
    "its method": lambda model: model.predict_proba,
    "a function": lambda model: lambda rows: model.predict_proba(numpy.asarray(rows)),
    "a Model": lambda model: Model(model, labels=["no", "yes"]),
}


@pytest.mark.parametrize("form", FORMS)
def test_a_logistic_regression_has_its_closed_form(form: str, data: tuple[Any, Any]) -> None:
    """dp/dx = p (1 - p) w, and of the log-odds (here: the difference of the log-probabilities) it is w."""
    linear = pytest.importorskip("sklearn.linear_model")
    model = linear.LogisticRegression().fit(*data)
    weights = torch.from_numpy(model.coef_[0])
    given = FORMS[form](model)
    found = explain(given, ROW, method="gradient", target=1)
    p = float(model.predict_proba([ROW])[0, 1])
    torch.testing.assert_close(found.scores.double(), p * (1 - p) * weights, rtol=1e-5, atol=1e-8)
    assert found.target.value == pytest.approx(p, rel=1e-6)
    if form == "a Model":
        assert found.target.label == "yes"
    elif form != "a function":
        assert found.target.label == "1", "its own name of the class"


def test_attributions_of_a_logistic_regression_add_up(data: tuple[Any, Any]) -> None:
    linear = pytest.importorskip("sklearn.linear_model")
    found = explain(linear.LogisticRegression().fit(*data), ROW, target=1)
    assert found.completeness is not None
    assert found.completeness.relative_error < 0.05


def test_a_decision_function_and_a_regression(data: tuple[Any, Any]) -> None:
    linear, svm = pytest.importorskip("sklearn.linear_model"), pytest.importorskip("sklearn.svm")
    separating = svm.LinearSVC().fit(*data)
    found = explain(separating.decision_function, ROW, method="gradient", score="logit", target=1)
    torch.testing.assert_close(found.scores, torch.from_numpy(separating.coef_[0]), rtol=1e-6, atol=1e-8)
    ridge = linear.Ridge().fit(*data)
    found = explain(ridge, ROW, method="gradient")
    torch.testing.assert_close(found.scores, torch.from_numpy(ridge.coef_), rtol=1e-6, atol=1e-8)


def test_columns_of_different_scales_each_get_their_step() -> None:
    """An age beside an income: one step for both would be blind for one of them."""

    def function(rows: Any) -> Any:
        age, income = rows[:, 0], rows[:, 1]
        return numpy.stack([numpy.sin(age / 10) + (income / 1e5) ** 3, 0 * age], axis=1)

    found = explain(Model(function, differentiable=False), [34.0, 52_000.0], method="gradient", score="logit", target=0)
    expected = [numpy.cos(3.4) / 10, 3 * 0.52**2 / 1e5]
    assert found.scores.tolist() == pytest.approx(expected, rel=1e-7)


def test_trees_stand_still_over_small_steps(data: tuple[Any, Any]) -> None:
    ensemble = pytest.importorskip("sklearn.ensemble")
    model = ensemble.RandomForestClassifier(n_estimators=10, random_state=0).fit(*data)
    near = [0.1, 0.0, 0.1, 0.1]
    found = explain(model, near, method="gradient", target=1)
    assert found.scores.any()
    assert any("stands still over small steps, as trees do" in note for note in found.notes)
    given = explain(Model(model, step=0.3), near, method="gradient", target=1)
    assert given.scores.any()
    assert not any("as trees do" in note for note in given.notes)


def test_a_function_that_never_moves_is_said() -> None:
    found = explain(lambda rows: numpy.ones((len(rows), 2)), ROW, method="gradient")
    assert not found.scores.any()
    assert any("does not change with any single feature" in note for note in found.notes)


def test_a_fit_on_named_columns_names_them(data: tuple[Any, Any]) -> None:
    pandas, linear = pytest.importorskip("pandas"), pytest.importorskip("sklearn.linear_model")
    rows = pandas.DataFrame(data[0], columns=["age", "fare", "sex", "class"])
    found = explain(linear.LogisticRegression().fit(rows, data[1]), rows.iloc[3], method="gradient")
    assert isinstance(found, TabularAttribution)
    assert [column.name for column in found.columns] == ["age", "fare", "sex", "class"]


class Session:
    """Stands for an `onnxruntime.InferenceSession`."""

    def __init__(self, function: Callable[[Any], Any], batch: object = "batch", zipped: bool = False) -> None:
        self.function, self.batch, self.zipped = function, batch, zipped
        self.seen: list[int] = []

    def get_inputs(self) -> list[types.SimpleNamespace]:
        return [types.SimpleNamespace(name="rows", type="tensor(float)", shape=[self.batch, 4])]

    def run(self, names: object, feed: dict[str, Any]) -> list[Any]:
        (rows,) = feed.values()
        assert list(feed) == ["rows"]
        assert rows.dtype == numpy.float32
        assert self.batch == "batch" or len(rows) == self.batch
        self.seen.append(len(rows))
        scores = self.function(rows)
        if self.zipped:
            return [scores.argmax(1), [dict(enumerate(row)) for row in scores]]
        return [scores]


@pytest.mark.parametrize("batch", ["batch", 1, 3])
@pytest.mark.parametrize("zipped", [False, True])
def test_an_onnx_session(batch: object, zipped: bool) -> None:
    module = Smooth(torch.float32)
    session = Session(in_numpy(module), batch, zipped)
    expected = explain(module, torch.tensor(ROW), method="gradient", score="logit", target=1)
    for given in (session, session.run):
        found = explain(given, ROW, method="gradient", score="logit", target=1)
        torch.testing.assert_close(found.scores.float(), expected.scores, rtol=2e-3, atol=2e-3)


def test_a_real_onnx_session(tmp_path: Any) -> None:
    runtime = pytest.importorskip("onnxruntime")
    pytest.importorskip("onnx")
    pytest.importorskip("onnxscript")
    module = Smooth(torch.float32)
    torch.onnx.export(module, (torch.zeros(1, 4),), tmp_path / "net.onnx")
    session = runtime.InferenceSession(tmp_path / "net.onnx")
    found = explain(session, ROW, method="gradient", score="logit", target=1)
    expected = explain(module, torch.tensor(ROW), method="gradient", score="logit", target=1)
    torch.testing.assert_close(found.scores.float(), expected.scores, rtol=2e-3, atol=2e-3)


def test_images_of_a_function() -> None:
    weights = numpy.random.default_rng(0).normal(size=(3, 8, 8, 2))

    def function(images: Any) -> Any:
        return numpy.tanh(numpy.einsum("nchw,chwk->nk", numpy.asarray(images, dtype=float), weights) / 10)

    sample = torch.rand(3, 8, 8)
    found = explain(Model(function, differentiable=False), sample, method="gradient", score="logit", target=0)
    output = function(sample[None].numpy())[0, 0]
    assert found.scores.shape == (3, 8, 8)
    expected = torch.from_numpy((1 - output**2) * weights[..., 0] / 10)
    torch.testing.assert_close(found.scores, expected, rtol=1e-6, atol=1e-8)


def test_several_inputs_of_a_function() -> None:
    def function(a: Any, b: Any) -> Any:
        return numpy.stack([(a**2).sum(1) * b[:, 0], b[:, 0]], axis=1)

    sample = {"a": torch.tensor([1.0, 2.0]).double(), "b": torch.tensor([3.0]).double()}
    found = explain(Model(function, differentiable=False), sample, method="gradient", score="logit", target=0)
    assert found.scores.tolist() == pytest.approx([6, 12, 5], rel=1e-8)


def test_rows_come_in_bounded_batches() -> None:
    seen: list[int] = []

    def function(rows: Any) -> Any:
        seen.append(len(rows))
        return numpy.stack([rows.sum(1), rows[:, 0]], axis=1)

    explain(Model(function, differentiable=False), [0.5] * 1500, method="gradient", score="logit", target=0)
    assert max(seen) <= ROWS
    assert sum(seen) >= 3000


def test_too_many_features_are_refused_before_any_gradient() -> None:
    calls: list[int] = []

    def function(images: Any) -> Any:
        calls.append(len(images))
        return numpy.asarray(images).reshape(len(images), -1)[:, :3]

    with pytest.raises(BadModel, match=r"49,152 features are too many for finite differences") as caught:
        explain(Model(function, differentiable=False), torch.rand(3, 128, 128))
    assert f"{MOST_FEATURES:,}" in caught.value.next_step
    assert sum(calls) == 1


def test_nothing_is_left_switched(data: tuple[Any, Any]) -> None:
    linear = pytest.importorskip("sklearn.linear_model")
    work = explaining(linear.LogisticRegression().fit(*data), ROW, steps=4)
    state = numpy.random.get_state()[1].copy()  # type: ignore[index]
    for _ in work:
        assert (numpy.random.get_state()[1] == state).all()  # type: ignore[index]


@pytest.mark.parametrize(
    ("model", "message", "step"),
    [
        (lambda rows: numpy.asarray(["cat"] * len(rows)), "an array of shape .* and type <U3", "predict_proba"),
        (lambda rows: numpy.zeros(len(rows), dtype=int), "type int64, where class scores", "predict_proba"),
        (lambda rows: numpy.zeros((2, 3, 4)), "an array of shape", "rows, classes"),
    ],
)
def test_what_holds_no_scores_is_said(model: Callable[[Any], Any], message: str, step: str) -> None:
    for given in (model, Model(model, differentiable=False)):
        with pytest.raises(BadModel, match=message) as caught:
            predict(given, ROW)
        assert step in caught.value.next_step


def test_a_step_that_says_nothing() -> None:
    with pytest.raises(BadRequest, match="a step of 0"):
        explain(Model(lambda rows: rows, differentiable=False, step=0), ROW)
    with pytest.raises(BadModel, match="is a class, not a model"):
        as_model(Smooth)


def test_several_targets_share_the_measured_jacobian() -> None:
    differences = Differences(lambda rows: torch.stack([rows[:, 0] * 2, rows[:, 1] ** 2], dim=1))
    rows = torch.tensor([[1.0, 3.0]], dtype=torch.float64, requires_grad=True)
    outputs = differences(rows)
    before = differences.evaluations
    first = torch.autograd.grad(outputs[0, 0], rows, retain_graph=True)[0]
    assert differences.evaluations == before + 8, "once to choose the step, and once for the Jacobian"
    second = torch.autograd.grad(outputs[0, 1], rows)[0]
    assert differences.evaluations == before + 8
    assert first[0].tolist() == pytest.approx([2, 0])
    assert second[0].tolist() == pytest.approx([0, 6])


def test_a_table_with_categories_is_measured_feature_by_feature(data: tuple[Any, Any]) -> None:
    linear = pytest.importorskip("sklearn.linear_model")
    model = linear.LogisticRegression().fit(*data)
    table = Tabular(columns=["age", "fare", "port"], categories={"port": ["C", "S"]}, mean={"age": 30}, std={"age": 10})
    found = explain(Model(model, table), {"age": 35, "fare": -1, "port": "S"}, target=1)
    assert isinstance(found, TabularAttribution)
    assert [(column.name, column.value) for column in found.columns] == [("age", "35"), ("fare", "-1"), ("port", "S")]
