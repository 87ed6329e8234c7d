"""Beside running code nothing is touched that another thread could see; what would touch it is refused."""

from __future__ import annotations

import copy
import random
import threading
import warnings
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from attribution_core import BadModel, Model, Text, compare, explain, explaining, predict
from attribution_core.beside import NOTE, beside_running_code, is_beside, without_warnings

from .test_undisturbed import SAMPLE, Counting, Noisy, Snapshot

SOME = torch.rand(SAMPLE, generator=torch.Generator().manual_seed(1))
METHODS = ["integrated", "interior", "gradient", "input-x-gradient", "smoothgrad", "smoothgrad-squared", "vargrad"]


def eval_models() -> dict[str, Callable[[nn.Module], nn.Module]]:
    return {
        "plain": lambda net: net,
        "attention": lambda _: nn.Sequential(
            nn.Flatten(2), nn.TransformerEncoderLayer(144, 2, 8, dropout=0.5, batch_first=True), nn.Flatten()
        ).eval(),
        "recurrent": lambda _: nn.Sequential(nn.Flatten(2), Last(nn.LSTM(144, 4, 2, dropout=0.5))).eval(),
        "rrelu": lambda net: nn.Sequential(nn.RReLU(), net).eval(),
        "scripted": lambda net: torch.jit.script(net),
        "parametrized": lambda net: weight_normed(net),
        "frozen": lambda net: net.requires_grad_(False),
    }


class Last(nn.Module):
    def __init__(self, rnn: nn.LSTM) -> None:
        super().__init__()
        self.rnn = rnn

    def forward(self, x: Tensor) -> Tensor:
        states: Tensor = self.rnn(x)[0]
        return states[:, -1]


def weight_normed(net: nn.Module) -> nn.Module:
    nn.utils.parametrizations.weight_norm(net.get_submodule("classifier.2"))
    return net.eval()


@pytest.mark.parametrize("kind", eval_models())
def test_the_result_is_the_usual_one_and_no_step_leaves_a_trace(kind: str, conv_net: nn.Module) -> None:
    module = eval_models()[kind](conv_net)
    expected = explain(module, SOME, steps=12, score="logit")
    before = Snapshot(module)
    with beside_running_code():
        work = explaining(module, SOME, steps=12, score="logit")
        try:
            while True:
                next(work)
                before.check()
        except StopIteration as done:
            found = done.value
    before.check()
    torch.testing.assert_close(found.scores, expected.scores)
    assert NOTE in found.notes
    assert NOTE not in expected.notes


@pytest.mark.parametrize("method", METHODS)
def test_every_method_is_computed(method: str, conv_net: nn.Module) -> None:
    """The noise of SmoothGrad comes from a generator of ours."""
    before = Snapshot(conv_net)
    with beside_running_code():
        found = explain(conv_net, SOME, method=method)
    before.check()
    torch.testing.assert_close(found.scores, explain(conv_net, SOME, method=method).scores)


def test_texts_predictions_and_comparisons(text_model: Model) -> None:
    assert isinstance(text_model.module, nn.Module)
    text_model.module.eval()
    before = Snapshot(text_model.module)
    with beside_running_code():
        found = explain(text_model, "a great film", steps=8)
        said = predict(text_model, "a great film")
        both = compare(text_model, "a great film", methods=["gradient", "integrated"], targets=[0, 1])
    before.check()
    torch.testing.assert_close(found.scores, explain(text_model, "a great film", steps=8).scores)
    assert said.classes == predict(text_model, "a great film").classes
    assert NOTE in said.notes
    assert len(both) == 4


# ---------------------------------------------------------------- what is refused


class Does(nn.Module):
    """Does something beside computing, in evaluation mode too."""

    def __init__(self, what: Callable[[Any, Tensor], Tensor]) -> None:
        super().__init__()
        self.linear = nn.Linear(3 * 144, 2)
        self.norm = nn.BatchNorm2d(3)
        self.generator = torch.Generator().manual_seed(1)
        self.register_buffer("calls", torch.zeros(1))
        self.what = what

    def forward(self, x: Tensor) -> Tensor:
        logits: Tensor = self.linear(self.what(self, x).flatten(1))
        return logits


def rebound(self: Any, x: Tensor) -> Tensor:
    self.calls = self.calls + 1
    return x


def written(tensor: Callable[[Any], Tensor]) -> Callable[[Any, Tensor], Tensor]:
    def write(self: Any, x: Tensor) -> Tensor:
        tensor(self).mul_(2)
        return x

    return write


REFUSED: dict[str, tuple[Callable[[Any, Tensor], Tensor], str]] = {
    "dropout": (lambda self, x: functional.dropout(x, 0.5, training=True), r"draws random numbers \(aten::"),
    "rand": (lambda self, x: x + torch.rand(1), r"draws random numbers \(aten::rand\)"),
    "own generator": (lambda self, x: x + torch.rand(1, generator=self.generator), "draws random numbers"),
    "attention": (
        lambda self, x: functional.scaled_dot_product_attention(x, x, x, dropout_p=0.1),
        "draws random numbers",
    ),
    "buffer": (written(lambda self: self.calls), r"writes into its buffer calls \(aten::mul_\)"),
    "view of a buffer": (written(lambda self: self.norm.running_var[1:]), "writes into its buffer norm.running_var"),
    "another buffer in its place": (rebound, "writes into its buffer calls"),
    "parameter": (written(lambda self: self.linear.weight.data), "writes into its parameter linear.weight"),
    "statistics": (
        lambda self, x: functional.batch_norm(x, self.norm.running_mean, self.norm.running_var, training=True),
        "writes into its buffer norm.running_mean",
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_would_leave_a_trace_is_refused_before_it_does(what: str) -> None:
    does, said = REFUSED[what]
    module = Does(does).eval()
    before, drawn = Snapshot(module), module.generator.get_state()
    with beside_running_code(), pytest.raises(BadModel, match=said) as refused:
        explain(module, SOME, steps=4)
    assert "Wait for the code that is running" in refused.value.next_step
    before.check()
    assert torch.equal(module.generator.get_state(), drawn)


def test_a_refusal_in_the_backward_pass() -> None:
    class Draws(torch.autograd.Function):
        @staticmethod
        def forward(ctx: Any, x: Tensor) -> Tensor:
            return x.clone()

        @staticmethod
        def backward(ctx: Any, gradient: Tensor) -> Tensor:
            return gradient + torch.randn_like(gradient)

    apply: Callable[[Tensor], Tensor] = Draws.apply
    module = Does(lambda self, x: apply(x)).eval()
    before = Snapshot(module)
    with beside_running_code(), pytest.raises(BadModel, match="draws random numbers"):
        explain(module, SOME, steps=4)
    before.check()


def test_a_refusal_that_the_model_catches_is_no_draw(conv_net: nn.Module) -> None:
    """A model may go on without what was refused; nothing was touched."""

    def catches(self: Any, x: Tensor) -> Tensor:
        try:
            return x + torch.rand(1)
        except Exception:
            return x

    module = Does(catches).eval()
    before = Snapshot(module)
    with beside_running_code():
        explain(module, SOME, steps=4)
    before.check()


@pytest.mark.parametrize("part", ["", "features", "classifier.1"])
def test_a_model_in_training_mode_is_refused(part: str, conv_net: nn.Module) -> None:
    conv_net.get_submodule(part).train()
    before = Snapshot(conv_net)
    with beside_running_code(), pytest.raises(BadModel, match="in training mode") as refused:
        explain(conv_net, SOME)
    assert part in str(refused.value)
    before.check()


def test_a_function_is_refused(conv_net: nn.Module) -> None:
    with beside_running_code(), pytest.raises(BadModel, match=r"only an nn\.Module"):
        explain(lambda x: conv_net(x), SOME)


def test_buffers_and_noisy_models_of_the_usual_way(conv_net: nn.Module) -> None:
    for module in (Counting().eval(), Noisy(conv_net).eval()):
        before = Snapshot(module)
        with beside_running_code(), pytest.raises(BadModel):
            explain(module, SOME, steps=3)
        assert torch.equal(torch.get_rng_state(), before.random[0])


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a GPU")
def test_recurrent_layers_on_a_gpu_are_refused_and_others_compute(conv_net: nn.Module) -> None:
    module = nn.Sequential(nn.Flatten(2), Last(nn.LSTM(144, 4))).eval().cuda()
    with beside_running_code(), pytest.raises(BadModel, match="cuDNN"):
        explain(module, SOME)
    drawn = torch.cuda.get_rng_state()
    with beside_running_code():
        found = explain(conv_net.cuda(), SOME, method="smoothgrad")
        with pytest.raises(BadModel, match="draws random numbers"):
            explain(Does(lambda self, x: functional.dropout(x, 0.5)).eval().cuda(), SOME)
    assert found.device.startswith("cuda")
    assert torch.equal(torch.cuda.get_rng_state(), drawn)


# ---------------------------------------------------------------- other threads


class Remembering(nn.Module):
    """Keeps what it saw: on itself, in a list, and in a dictionary."""

    def __init__(self, inner: nn.Module) -> None:
        super().__init__()
        self.inner = inner
        self.last: Tensor | None = None
        self.seen: list[Tensor] = []
        self.by_name: dict[str, Tensor] = {}

    def forward(self, x: Tensor) -> Tensor:
        self.last = x
        self.seen.append(x)
        self.by_name["x"] = x
        logits: Tensor = self.inner(x)
        return logits


def test_what_a_forward_keeps_is_kept_by_a_module_of_ours(conv_net: nn.Module) -> None:
    module = Remembering(conv_net).eval()
    with beside_running_code():
        explain(module, SOME, steps=4)
    assert (module.last, module.seen, module.by_name) == (None, [], {})


def test_a_model_compiled_in_place_runs_uncompiled(conv_net: nn.Module) -> None:
    def backend(graph: object, examples: object) -> Callable[..., object]:
        raise AssertionError("nothing of ours may be compiled")

    expected = explain(conv_net, torch.ones(SAMPLE), steps=4)
    conv_net.get_submodule("features").compile(backend=backend)
    with beside_running_code():
        torch.testing.assert_close(explain(conv_net, torch.ones(SAMPLE), steps=4).scores, expected.scores)


def test_other_threads_draw_and_compute_as_if_nobody_was_there(conv_net: nn.Module) -> None:
    """They draw, train and evaluate while we compute, and get the same numbers as alone."""

    def cell(until: Callable[[int], bool]) -> list[float]:
        torch.manual_seed(5)
        random.seed(5)
        trained = copy.deepcopy(conv_net).train()
        optimizer = torch.optim.SGD(trained.parameters(), lr=0.01)
        found: list[float] = []
        while not until(len(found)):
            optimizer.zero_grad()
            loss = trained(torch.randn(4, *SAMPLE)).square().mean()
            loss.backward()
            optimizer.step()
            found.append(float(loss) + random.random())
        return found

    seen: list[float] = []
    ready, done = threading.Event(), threading.Event()

    def running(count: int) -> bool:
        ready.set()
        return done.is_set()

    thread = threading.Thread(target=lambda: seen.extend(cell(running)))
    thread.start()
    ready.wait()
    try:
        with beside_running_code():
            for method in ("integrated", "smoothgrad"):
                explain(conv_net, torch.ones(SAMPLE), method=method)
            assert is_beside()
    finally:
        done.set()
        thread.join()
    assert len(seen) > 3
    assert seen == cell(lambda count: count == len(seen))
    assert not is_beside()


def test_weights_that_change_between_forward_and_backward() -> None:
    def step(self: Any) -> None:
        with torch.no_grad():
            self.linear.weight.add_(1)

    def overtaken(self: Any, x: Tensor) -> Tensor:
        found: Tensor = self.linear(x.flatten(1))
        optimizer = threading.Thread(target=step, args=(self,))
        optimizer.start()
        optimizer.join()
        return (found.sum() * x).expand_as(x)

    module = Does(overtaken).eval()
    with beside_running_code(), pytest.raises(BadModel, match="changed the model's weights") as refused:
        explain(module, SOME, steps=4)
    assert "Explain again" in refused.value.next_step


class Tokenizer:
    """As fast ones of transformers: a call says how the next one cuts."""

    is_fast = True
    model_max_length = 10**9

    def __init__(self) -> None:
        self.calls = 0

    def __call__(self, text: str, **options: object) -> dict[str, list[Any]]:
        self.calls += 1
        spans = [(0, 1), (2, 7), (8, 12)]
        return {"input_ids": [3, 4, 5], "special_tokens_mask": [0, 0, 0], "offset_mapping": spans}

    def convert_ids_to_tokens(self, ids: list[int]) -> list[str]:
        return [str(number) for number in ids]


def test_a_tokenizer_is_used_by_one_thread_at_a_time(text_model: Model) -> None:
    assert isinstance(text_model.module, nn.Module)
    tokenizer = Tokenizer()
    model = Model(text_model.module.eval(), Text(tokenizer=tokenizer))
    with beside_running_code():
        explain(model, "a great film", steps=4)
    assert tokenizer.calls == 0
    explain(model, "a great film", steps=4)
    assert tokenizer.calls


def test_which_warnings_are_shown_is_left_alone() -> None:
    before = warnings.filters
    with beside_running_code(), without_warnings(UserWarning):
        assert warnings.filters is before
    with without_warnings(UserWarning):
        assert warnings.filters is not before
