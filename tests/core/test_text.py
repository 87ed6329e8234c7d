"""From texts to embeddings, and back: tokens, words, offsets, lookups of every kind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional

from attribution_core import (
    AttributionError,
    BadBaseline,
    BadModel,
    BadSample,
    Model,
    Text,
    TextAttribution,
    UserCodeError,
    explain,
    predict,
)
from attribution_core.inputs.embedding import positions
from attribution_core.inputs.tokens import Token, place_tokens, split_words, word_sums


def explained(model: object, text: object, **options: Any) -> TextAttribution:
    found = explain(model, text, **options)
    assert isinstance(found, TextAttribution)
    return found


def test_scores_lie_on_the_words(text_model: Model) -> None:
    text = "A great film, but not bad!"
    found = explained(text_model, text, steps=20, score="logit")
    assert [(token.text, token.start) for token in found.tokens] == [
        ("A", 0), ("great", 2), ("film", 8), (",", 12), ("but", 14), ("not", 18), ("bad", 22), ("!", 25),
    ]  # fmt: skip
    assert all(text[token.start : token.end] == token.text for token in found.tokens)
    assert [word.text for word in found.words] == [token.text for token in found.tokens]
    assert found.scores.shape == (8, 8)
    assert found.completeness is not None
    assert found.completeness.relative_error < 1e-3
    assert sum(token.score for token in found.tokens) == pytest.approx(found.completeness.total, abs=1e-6)
    assert found.baseline == "zero embedding"


def test_a_gradient_has_lengths_and_no_signs(text_model: Model) -> None:
    found = explained(text_model, "a great film", method="gradient")
    assert [token.score for token in found.tokens] == pytest.approx(found.scores.norm(dim=1).tolist())
    assert found.completeness is None
    assert found.baseline is None


def test_the_gradient_is_that_of_the_embeddings(lstm_net: Any, vocabulary: dict[str, int]) -> None:
    found = explained(Model(lstm_net, Text(vocabulary=vocabulary)), "a great film", method="gradient", target=1)
    embedded = lstm_net.embedding(torch.tensor([[3, 4, 5]])).detach().requires_grad_()
    score = lstm_net.out(lstm_net.lstm(embedded)[0].mean(1)).softmax(1)[0, 1]
    (expected,) = torch.autograd.grad(score, embedded)
    torch.testing.assert_close(found.scores, expected[0])


class Lookup(nn.Module):
    """One linear layer over the mean of what `look` makes of the ids."""

    def __init__(self, look: Callable[[Any, Tensor], Tensor], size: int = 4) -> None:
        super().__init__()
        self.table = nn.Embedding(24, 4, padding_idx=0)
        self.other = nn.Embedding(24, 4)
        self.bag = nn.EmbeddingBag(24, 4)
        self.summed = nn.EmbeddingBag(24, 4, mode="sum", padding_idx=0)
        self.highest = nn.EmbeddingBag(24, 4, mode="max")
        self.bounded = nn.Embedding(24, 4, max_norm=0.5)
        self.look = look
        self.out = nn.Linear(size, 2)

    def forward(self, ids: Tensor) -> Tensor:
        looked = self.look(self, ids)
        logits: Tensor = self.out(looked.mean(1) if looked.dim() == 3 else looked)
        return logits


LOOKUPS: dict[str, tuple[Callable[[Any, Tensor], Tensor], int]] = {
    "plain": (lambda net, ids: net.table(ids), 4),
    "functional": (lambda net, ids: functional.embedding(ids, net.table.weight), 4),
    "keywords": (lambda net, ids: functional.embedding(input=ids, weight=net.table.weight), 4),
    "twice the same table": (lambda net, ids: net.table(ids) * torch.tanh(net.table(ids)), 4),
    "two tables": (lambda net, ids: torch.cat([net.table(ids), net.other(ids)], 2), 8),
    "sequence first": (lambda net, ids: net.table(ids.t()).transpose(0, 1), 4),
    "sequence first, copied": (lambda net, ids: net.table(ids.t().contiguous()).transpose(0, 1), 4),
    "a copy": (lambda net, ids: net.table(ids.clamp(0, 23)), 4),
    "32 bits": (lambda net, ids: net.table(ids.int()), 4),
    "a slice": (lambda net, ids: net.table(ids[:, 1:]), 4),
    "the last": (lambda net, ids: net.table(ids[:, -1:]), 4),
    "bag": (lambda net, ids: net.bag(ids), 4),
    "bag summed, with padding": (lambda net, ids: net.summed(ids), 4),
    "bag maximum": (lambda net, ids: net.highest(ids), 4),
    "positions": (lambda net, ids: net.table(ids) + net.other(torch.arange(ids.shape[1])), 4),
    "bounded norm": (lambda net, ids: net.bounded(ids), 4),
}


@pytest.mark.parametrize("name", LOOKUPS)
@pytest.mark.parametrize("score", ["logit", "probability"])
def test_every_way_to_look_embeddings_up(name: str, score: str, vocabulary: dict[str, int]) -> None:
    look, size = LOOKUPS[name]
    module = Lookup(look, size)
    weights = module.bounded.weight.detach().clone()
    text = "a great film not great"
    found = explained(Model(module, Text(vocabulary=vocabulary)), text, steps=40, score=score)
    assert torch.equal(module.bounded.weight, weights), "the lookup must not renormalise the person's table"
    assert found.completeness is not None
    assert found.completeness.relative_error < 0.02
    logits = module(torch.tensor([[vocabulary[word] for word in text.split()]]))[0]
    expected = logits if score == "logit" else logits.softmax(0)
    assert found.target.value == pytest.approx(float(expected[found.target.index]), abs=1e-6)
    if name in ("a slice", "the last"):
        assert found.tokens[0].score == 0
    assert any(token.score != 0 for token in found.tokens)


def test_positions_of_views() -> None:
    ids = torch.tensor([[5, 6, 7], [5, 6, 7]])
    for view in (ids, ids.t(), ids[:, 1:], ids[0], ids[:, :1].expand(2, 4)):
        places = positions(view, ids)
        assert places is not None
        assert torch.equal(ids.flatten()[places], view)
    assert positions(torch.arange(3), ids) is None
    assert positions(torch.tensor([[5, 6, 8], [5, 6, 7]]), ids) is None


def test_positions_are_not_taken_for_the_text(transformer_net: nn.Module, vocabulary: dict[str, int]) -> None:
    found = explained(Model(transformer_net, Text(vocabulary=vocabulary)), "a great film was great", steps=30)
    assert found.scores.shape == (5, 8), "one table, not two"
    assert found.completeness is not None
    assert found.completeness.relative_error < 1e-4


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("A great film.", ["A", "great", "film", "."]),
        ("it's state-of-the-art, really...", ["it's", "state-of-the-art", ",", "really", "..."]),
        ("naïve café", ["naïve", "café"]),
        ("素晴らしい映画", list("素晴らしい映画")),
        ("tabs\tand\nlines", ["tabs", "and", "lines"]),
        ("🙂 great 🙂", ["🙂", "great", "🙂"]),
    ],
)
def test_words(text: str, words: list[str]) -> None:
    assert [word.text for word in split_words(text)] == words
    assert all(text[word.start : word.end] == word.text for word in split_words(text))


@pytest.mark.parametrize(
    ("pieces", "places"),
    [
        (["un", "##believ", "##able", "film"], [(0, 2), (2, 8), (8, 12), (13, 17)]),
        (["▁Un", "believable", "▁film"], [(0, 2), (2, 12), (13, 17)]),
        (["Un", "believable", "Ġfilm"], [(0, 2), (2, 12), (13, 17)]),
        (["[CLS]", "unbelievable", "film", "[SEP]"], [(0, 0), (0, 12), (13, 17), (17, 17)]),
        (["unbelievable", "[UNK]"], [(0, 12), (12, 12)]),
    ],
)
def test_pieces_are_found_again(pieces: list[str], places: list[tuple[int, int]]) -> None:
    assert [(token.start, token.end) for token in place_tokens("Unbelievable film", pieces)] == places


def test_pieces_add_up_to_words() -> None:
    text = "Unbelievable film"
    tokens = place_tokens(text, ["[CLS]", "un", "##believ", "##able", "film"])
    sums = word_sums(text, tokens, [100.0, 1.0, 2.0, 3.0, 4.0])
    assert [(word.text, score) for word, score in sums] == [("Unbelievable", 6.0), ("film", 4.0)]


def test_a_token_of_several_words_is_shown_whole() -> None:
    ids = [Token("#7", 0, 2), Token("#12", 3, 6)]
    assert [(word.text, score) for word, score in word_sums("#7 #12", ids, [1.0, 2.0])] == [("#7", 1.0), ("#12", 2.0)]
    overlapping = [Token("New Yo", 0, 6), Token("rk is", 6, 11)]
    sums = word_sums("New York is", overlapping, [1.0, 2.0])
    assert [(word.text, score) for word, score in sums] == [("New York is", 3.0)]


class Fast:
    """Stands for a fast tokenizer of transformers."""

    is_fast = True
    pad_token_id, mask_token_id = 0, 2
    model_max_length = 8

    def __call__(self, text: str, **options: object) -> dict[str, Any]:
        words = split_words(text)
        found: dict[str, Any] = {
            "input_ids": [21, *(3 + i for i in range(len(words))), 22],
            "attention_mask": [1] * (len(words) + 2),
            "special_tokens_mask": [1, *[0] * len(words), 1],
        }
        if options.get("return_offsets_mapping"):
            found["offset_mapping"] = [(0, 0), *((w.start, w.end) for w in words), (0, 0)]
        return found

    def convert_ids_to_tokens(self, ids: list[int]) -> list[str]:
        return ["[CLS]" if i == 21 else "[SEP]" if i == 22 else f"piece{i}" for i in ids]


class Slow(Fast):
    is_fast = False

    def convert_ids_to_tokens(self, ids: list[int]) -> list[str]:
        words = iter(["a", "great", "film", "was", "bad", "not", "all"])
        return ["[CLS]" if i == 21 else "[SEP]" if i == 22 else next(words) for i in ids]


class Masked(nn.Module):
    """Called with names, as transformers' models are; returns an object with logits."""

    def __init__(self) -> None:
        super().__init__()
        self.table = nn.Embedding(24, 4)
        self.out = nn.Linear(4, 2)
        self.config = type("Config", (), {"id2label": {0: "NEGATIVE", 1: "POSITIVE"}})()

    def forward(self, input_ids: Tensor, attention_mask: Tensor | None = None) -> dict[str, Tensor]:
        assert attention_mask is not None
        assert attention_mask.shape == input_ids.shape
        states = self.table(input_ids) * attention_mask[..., None]
        return {"logits": self.out(torch.tanh(states.sum(1)))}


@pytest.mark.parametrize("tokenizer", [Fast(), Slow()])
def test_tokenizers_of_transformers(tokenizer: Fast) -> None:
    found = explained(Model(Masked(), Text(tokenizer=tokenizer)), "a great film", steps=30)
    assert [(t.text, t.start, t.end) for t in found.tokens[1:-1]] == [("a", 0, 1), ("great", 2, 7), ("film", 8, 12)]
    assert (found.tokens[0].text, found.tokens[-1].text) == ("[CLS]", "[SEP]")
    assert [word.text for word in found.words] == ["a", "great", "film"]
    assert found.target.label in ("NEGATIVE", "POSITIVE")


def test_a_text_that_is_too_long_is_cut_and_said() -> None:
    found = explained(Model(Masked(), Text(tokenizer=Fast())), "one two three four five six seven eight", steps=4)
    assert len(found.tokens) == 8
    assert found.tokens[-1].text == "[SEP]", "the tokenizer's own end is kept"
    assert [word.text for word in found.words] == ["one", "two", "three", "four", "five", "six"]
    assert any("10 tokens; the model takes 8" in note for note in found.notes)


@pytest.mark.parametrize("name", ["pad", "mask"])
def test_baselines_of_tokens_leave_special_tokens_alone(name: str) -> None:
    found = explained(Model(Masked(), Text(tokenizer=Fast())), "a great film", baseline=name, steps=40, score="logit")
    assert found.baseline == f"{name} token"
    assert found.tokens[0].score == found.tokens[-1].score == 0
    assert found.completeness is not None
    assert found.completeness.relative_error < 1e-2


class Encoding:
    """Stands for what a tokenizer of the library tokenizers gives."""

    ids = (3, 4)
    tokens = ("good", "film")
    offsets = ((0, 4), (5, 9))


class Bare:
    """Has `encode` and `decode` and cannot be called."""

    def encode(self, text: str) -> list[int]:
        return [7, 8]

    def decode(self, ids: list[int]) -> str:
        return {7: "good", 8: " film"}[ids[0]]


class Library:
    def encode(self, text: str) -> Encoding:
        return Encoding()


TOKENIZERS: dict[str, object] = {
    "ids": lambda text: [3, 4],
    "a tensor of ids": lambda text: torch.tensor([[3, 4]]),
    "ids and offsets": lambda text: ([3, 4], [(0, 4), (5, 9)]),
    "a mapping": lambda text: {"input_ids": [3, 4], "offset_mapping": [(0, 4), (5, 9)]},
    "encode of tokenizers": Library(),
    "encode and decode": Bare(),
}


@pytest.mark.parametrize("name", TOKENIZERS)
def test_any_tokenizer(name: str) -> None:
    model = Model(Lookup(lambda net, ids: net.table(ids)), Text(tokenizer=TOKENIZERS[name]))
    found = explained(model, "good film", steps=4)
    assert [(token.text, token.start, token.end) for token in found.tokens] == [("good", 0, 4), ("film", 5, 9)]


def test_tokens_without_a_place_are_shown_by_their_ids() -> None:
    found = explained(
        Model(Lookup(lambda net, ids: net.table(ids)), Text(tokenizer=lambda text: [3, 4, 5])), "film", steps=2
    )
    assert [(token.text, token.start, token.end) for token in found.tokens] == [
        ("#3", 0, 0),
        ("#4", 0, 0),
        ("#5", 0, 0),
    ]
    assert found.words == []


def test_a_tokenizer_to_words_with_a_vocabulary(lstm_net: nn.Module, vocabulary: dict[str, int]) -> None:
    model = Model(lstm_net, Text(vocabulary=vocabulary, tokenizer=lambda text: text.lower().split()))
    assert [token.text for token in explained(model, "A Great Film", steps=2).tokens] == ["A", "Great", "Film"]


def test_words_outside_the_vocabulary(lstm_net: nn.Module, vocabulary: dict[str, int]) -> None:
    known = Model(lstm_net, Text(vocabulary=vocabulary))
    assert [token.text for token in explained(known, "a splendid film", steps=2).tokens] == ["a", "splendid", "film"]
    del vocabulary["<unk>"]
    found = explained(Model(lstm_net, Text(vocabulary=vocabulary)), "a splendid film", steps=2)
    assert [token.text for token in found.tokens] == ["a", "film"]
    assert found.notes == ["Left out, since the vocabulary lacks them: 'splendid'."]


def test_short_texts_are_filled_up(vocabulary: dict[str, int]) -> None:
    class Fixed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.table = nn.Embedding(24, 4, padding_idx=0)
            self.out = nn.Linear(6 * 4, 2)

        def forward(self, ids: Tensor) -> Tensor:
            logits: Tensor = self.out(self.table(ids).flatten(1))
            return logits

    found = explained(Model(Fixed(), Text(vocabulary=vocabulary, shortest=6, longest=6)), "a great film", steps=4)
    assert len(found.tokens) == 6
    assert [word.text for word in found.words] == ["a", "great", "film"]


@pytest.mark.parametrize("ids", [torch.tensor([3, 4, 5]), torch.tensor([[3, 4, 5]], dtype=torch.int32)])
def test_token_ids_by_value(ids: Tensor, text_model: Model) -> None:
    found = explained(text_model, ids, steps=10)
    assert found.text == "a great film"
    assert [word.text for word in found.words] == ["a", "great", "film"]
    torch.testing.assert_close(found.scores, explained(text_model, "a great film", steps=10).scores)


def test_token_ids_for_a_bare_module(lstm_net: nn.Module) -> None:
    found = explained(lstm_net, torch.tensor([[3, 4, 5]]), steps=4)
    assert [token.text for token in found.tokens] == ["#3", "#4", "#5"]
    assert "token ids" in found.notes[0]


def test_a_path_is_read(text_model: Model, tmp_path: Path) -> None:
    path = tmp_path / "review.txt"
    path.write_text("a great film", encoding="utf-8")
    assert explained(text_model, path, steps=2).text == "a great film"
    assert explained(text_model, str(path), steps=2).text == str(path), "a string is the text itself"


def failing(text: str) -> list[int]:
    raise KeyError("no such merge")


BAD: list[tuple[Text | None, object, type[AttributionError], str]] = [
    (None, "", BadSample, "the text is empty"),
    (None, " \n\t", BadSample, "the text is empty"),
    (None, 7, BadSample, "the sample is of type int"),
    (None, torch.zeros(1, 3), BadSample, "is not one text's token ids"),
    (None, torch.zeros(2, 3, dtype=torch.long), BadSample, "is not one text's token ids"),
    (None, torch.zeros(0, dtype=torch.long), BadSample, "the text is empty"),
    (None, Path("missing.txt"), BadSample, "missing.txt cannot be read"),
    (Text(vocabulary={"a": 1}), "nothing known here", BadSample, "none of the words is in the vocabulary: 'nothing'"),
    (Text(), "a text", BadModel, "knows neither vocabulary nor tokenizer"),
    (Text(tokenizer=failing), "a text", UserCodeError, "the tokenizer failed on this text: KeyError"),
    (Text(tokenizer=lambda text: None), "a text", BadSample, "gave a NoneType"),
    (Text(tokenizer=lambda text: []), "a text", BadSample, "made no token"),
    (Text(tokenizer=lambda text: ([3], [(0, 99)])), "a text", BadSample, "offsets 0 to 99 lie outside"),
    (Text(tokenizer=lambda text: ([3], [(0, 1), (1, 2)])), "a text", BadSample, "1 ids and 2 offsets"),
    (Text(vocabulary={"a": 1}, tokenizer=lambda text: [1]), "a", BadSample, "a list of words was expected"),
    (Text(tokenizer=lambda text: [99]), "a text", UserCodeError, "the model failed on an input of shape"),
]


@pytest.mark.parametrize(("inputs", "sample", "kind", "message"), BAD, ids=[entry[3] for entry in BAD])
def test_bad_texts(
    inputs: Text | None, sample: object, kind: type[AttributionError], message: str, lstm_net: nn.Module,
    vocabulary: dict[str, int],
) -> None:  # fmt: skip
    with pytest.raises(kind, match=message) as caught:
        predict(Model(lstm_net, inputs or Text(vocabulary=vocabulary)), sample)
    assert caught.value.next_step
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_utf8(text_model: Model, tmp_path: Path) -> None:
    path = tmp_path / "latin.txt"
    path.write_bytes(b"caf\xe9")
    with pytest.raises(BadSample, match=r"is not UTF-8 \(byte 3\)"):
        predict(text_model, path)


def test_a_model_without_embeddings_is_said() -> None:
    def onehot(ids: Tensor) -> Tensor:
        return functional.one_hot(ids, 24).float().mean(1)

    with pytest.raises(BadModel, match="looked up no embedding"):
        explain(Model(onehot, Text(tokenizer=lambda text: [3, 4])), "good film")


@pytest.mark.parametrize(
    ("baseline", "message"),
    [("black", "no baseline 'black' for a text"), ("mask", "the tokenizer has no mask token"), (3, "no baseline '3'")],
)
def test_bad_baselines(baseline: object, message: str, lstm_net: nn.Module) -> None:
    with pytest.raises(BadBaseline, match=message) as caught:
        explain(Model(lstm_net, Text(vocabulary={"a": 3, "film": 5})), "a film", baseline=baseline)
    assert caught.value.next_step


def test_a_text_of_padding_equals_its_baseline(text_model: Model) -> None:
    with pytest.raises(BadBaseline, match="equals the sample"):
        explain(text_model, torch.tensor([0, 0]), baseline="pad")
