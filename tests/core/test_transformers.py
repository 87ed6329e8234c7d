"""Real tokenizers of transformers and tokenizers, on small models with random weights, in and out of folders."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from attribution_core import (
    BadModel,
    Baseline,
    Image,
    Model,
    Text,
    TextAttribution,
    as_model,
    explain,
    load_model,
    predict,
)

transformers = pytest.importorskip("transformers")
tokenizers = pytest.importorskip("tokenizers")

PIECES = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "a", "great", "film", "un", "##believ", "##able", "not", "bad",
          "naive", ",", "!", "the", "story", "was"]  # fmt: skip
TEXT = "A naïve, unbelievable film!"


@pytest.fixture(scope="module")
def word_pieces() -> Any:
    """BERT's way: lower case without accents, pieces with ##, [CLS] and [SEP] around."""
    made = tokenizers.Tokenizer(
        tokenizers.models.WordPiece({piece: i for i, piece in enumerate(PIECES)}, unk_token="[UNK]")
    )
    made.normalizer = tokenizers.normalizers.BertNormalizer()
    made.decoder = tokenizers.decoders.WordPiece()
    made.pre_tokenizer = tokenizers.pre_tokenizers.BertPreTokenizer()
    made.post_processor = tokenizers.processors.TemplateProcessing(
        single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)]
    )
    return made


@pytest.fixture(scope="module")
def bytes_pairs() -> Any:
    """GPT's way: pairs of bytes, a space belongs to the word after it."""
    made = tokenizers.Tokenizer(tokenizers.models.BPE())
    made.pre_tokenizer = tokenizers.pre_tokenizers.ByteLevel(add_prefix_space=False)
    made.decoder = tokenizers.decoders.ByteLevel()
    alphabet = tokenizers.pre_tokenizers.ByteLevel.alphabet()
    trainer = tokenizers.trainers.BpeTrainer(
        vocab_size=320,
        initial_alphabet=alphabet,
        special_tokens=["<s>", "<pad>", "</s>", "<mask>"],
        show_progress=False,
    )
    made.train_from_iterator(["a great film but the story was not unbelievable"] * 9, trainer)
    return made


def fast(made: Any, **options: Any) -> Any:
    return transformers.PreTrainedTokenizerFast(tokenizer_object=made, **options)


@pytest.fixture(scope="module")
def bert_tokenizer(word_pieces: Any) -> Any:
    return fast(word_pieces, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]",
                mask_token="[MASK]", model_max_length=16)  # fmt: skip


@pytest.fixture
def bert() -> nn.Module:
    config = transformers.BertConfig(
        vocab_size=len(PIECES), hidden_size=16, num_hidden_layers=2, num_attention_heads=2, intermediate_size=32,
        max_position_embeddings=24, num_labels=2, id2label={0: "negative", 1: "positive"},
    )  # fmt: skip
    module: nn.Module = transformers.BertForSequenceClassification(config).eval()
    with torch.no_grad():
        for name, table in module.named_parameters():
            if "embeddings" in name and table.dim() == 2:
                table.mul_(20)
    return module


def explained(model: object, sample: object, **options: Any) -> TextAttribution:
    usual: dict[str, Any] = {"score": "logit", "target": 1, "steps": 40}
    found = explain(model, sample, **usual | options)
    assert isinstance(found, TextAttribution)
    return found


def scores(found: TextAttribution) -> list[float]:
    return [token.score for token in found.tokens]


def test_tokens_and_words_lie_on_the_text(bert: nn.Module, bert_tokenizer: Any) -> None:
    found = explained(Model(bert, Text(tokenizer=bert_tokenizer)), TEXT)
    assert [(token.text, token.start, token.end) for token in found.tokens] == [
        ("[CLS]", 0, 0), ("A", 0, 1), ("naïve", 2, 7), (",", 7, 8), ("un", 9, 11), ("believ", 11, 17),
        ("able", 17, 21), ("film", 22, 26), ("!", 26, 27), ("[SEP]", 0, 0),
    ]  # fmt: skip
    assert [(word.text, word.start, word.end) for word in found.words] == [
        ("A", 0, 1), ("naïve", 2, 7), (",", 7, 8), ("unbelievable", 9, 21), ("film", 22, 26), ("!", 26, 27),
    ]  # fmt: skip
    assert found.words[3].score == pytest.approx(sum(token.score for token in found.tokens[4:7]))
    assert found.completeness is not None
    assert found.completeness.relative_error < 1e-2
    assert found.target.label == "positive"


def test_the_score_is_that_of_the_model_itself(bert: nn.Module, bert_tokenizer: Any) -> None:
    found = explained(Model(bert, Text(tokenizer=bert_tokenizer)), TEXT)
    with torch.no_grad():
        expected = bert(**bert_tokenizer(TEXT, return_tensors="pt")).logits[0, 1]
    assert found.target.value == pytest.approx(float(expected), abs=1e-6)


def test_what_the_tokenizer_gave_is_a_sample_too(bert: nn.Module, bert_tokenizer: Any) -> None:
    model = Model(bert, Text(tokenizer=bert_tokenizer))
    encoded = bert_tokenizer(TEXT, return_tensors="pt")
    found, expected = explained(model, encoded), explained(model, TEXT)
    assert scores(found) == pytest.approx(scores(expected))
    assert [word.text for word in found.words] == ["a", "naive", ",", "unbelievable", "film", "!"]
    assert [token.text for token in explained(bert, dict(encoded)).tokens][:2] == ["#2", "#5"]


def test_padding_and_its_mask(bert: nn.Module, bert_tokenizer: Any) -> None:
    padded = bert_tokenizer("a film", return_tensors="pt", padding="max_length", max_length=9)
    assert 0 in padded["attention_mask"]
    model = Model(bert, Text(tokenizer=bert_tokenizer))
    found = explained(model, padded)
    assert [token.text for token in found.tokens] == ["[CLS]", "a", "film", "[SEP]"], "what the mask hides is left out"
    assert found.target.value == pytest.approx(explained(model, "a film").target.value, abs=1e-5)


@pytest.mark.parametrize("name", ["pad", "mask"])
def test_baselines_of_tokens(name: str, bert: nn.Module, bert_tokenizer: Any) -> None:
    found = explained(Model(bert, Text(tokenizer=bert_tokenizer)), TEXT, baseline=name)
    assert found.tokens[0].score == found.tokens[-1].score == 0, "special tokens stay"
    ids = bert_tokenizer(TEXT, return_tensors="pt")
    ids["input_ids"][0, 1:-1] = getattr(bert_tokenizer, f"{name}_token_id")
    with torch.no_grad():
        expected = bert(**ids).logits[0, 1]
    assert found.target.baseline_value == pytest.approx(float(expected), abs=1e-5)


def test_another_text_as_baseline(bert: nn.Module, bert_tokenizer: Any) -> None:
    found = explained(Model(bert, Text(tokenizer=bert_tokenizer)), "a great film", baseline=Baseline.sample("not bad"))
    ids = bert_tokenizer("not bad [PAD]", return_tensors="pt")
    with torch.no_grad():
        expected = bert(**ids).logits[0, 1]
    assert found.target.baseline_value == pytest.approx(float(expected), abs=1e-5)


def test_a_text_that_is_too_long(bert: nn.Module, bert_tokenizer: Any, caplog: pytest.LogCaptureFixture) -> None:
    found = explained(Model(bert, Text(tokenizer=bert_tokenizer)), "great " * 30, steps=2)
    assert len(found.tokens) == 16
    assert found.tokens[-1].text == "[SEP]"
    assert any("32 tokens; the model takes 16" in note for note in found.notes)
    assert not caplog.records, "said once, in the result"


def test_a_tokenizer_of_the_library_alone(bert: nn.Module, word_pieces: Any) -> None:
    made = tokenizers.Tokenizer.from_str(word_pieces.to_str())
    expected = explained(Model(bert, Text(tokenizer=made)), TEXT)
    assert len(expected.tokens) == 10
    made.enable_padding(length=20, pad_id=0, pad_token="[PAD]")
    found = explained(Model(bert, Text(tokenizer=made)), TEXT)
    assert [token.score for token in found.tokens] == pytest.approx(
        [token.score for token in expected.tokens], abs=1e-6
    )
    made.enable_truncation(6)
    found = explained(Model(bert, Text(tokenizer=made)), TEXT, steps=2)
    assert len(found.tokens) == 6
    assert any("cut the text to 6 tokens" in note for note in found.notes)


class Embedded(nn.Module):
    """Takes the ids alone, under a name of its own."""

    def __init__(self, bert: nn.Module) -> None:
        super().__init__()
        self.inner = bert

    def forward(self, tokens: Any, attention_mask: Any = None) -> Any:
        return self.inner(input_ids=tokens, attention_mask=attention_mask)


def test_a_wrapper_gets_what_it_can_take(bert: nn.Module, bert_tokenizer: Any) -> None:
    """Neither `token_type_ids` nor the name `input_ids`."""
    found = explained(Model(Embedded(bert), Text(tokenizer=bert_tokenizer)), TEXT)
    expected = explained(Model(bert, Text(tokenizer=bert_tokenizer)), TEXT)
    assert [token.score for token in found.tokens] == pytest.approx(
        [token.score for token in expected.tokens], abs=1e-6
    )


@pytest.mark.parametrize("text", ["a great film", "naïve 🙂 film", "  two  spaces", "映画 film"])
def test_pairs_of_bytes(text: str, bytes_pairs: Any) -> None:
    tokenizer = fast(bytes_pairs, pad_token="<pad>")
    config = transformers.GPT2Config(
        vocab_size=len(tokenizer), n_embd=16, n_layer=1, n_head=2, n_positions=64, num_labels=2, pad_token_id=1
    )
    module = transformers.GPT2ForSequenceClassification(config).eval()
    found = explained(Model(module, Text(tokenizer=tokenizer)), text)
    assert found.words
    assert all(text[word.start : word.end] == word.text for word in found.words)
    assert {token.start for token in found.tokens} <= set(range(len(text) + 1))
    if all(token.text.strip() for token in found.tokens):
        assert sum(scores(found)) == pytest.approx(sum(word.score for word in found.words), abs=1e-6)


# ---------------------------------------------------------------- folders


def test_a_folder_is_a_model(tmp_path: Path, bert: Any, bert_tokenizer: Any, capfd: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "sentiment"
    bert.save_pretrained(folder)
    bert_tokenizer.save_pretrained(folder)
    capfd.readouterr()
    model = load_model("sentiment", tmp_path)
    captured = capfd.readouterr()
    assert (captured.out, captured.err) == ("", ""), "no progress bars"
    assert model.name == "sentiment"
    assert isinstance(model.inputs, Text)
    assert model.inputs.longest == 16, "the tokenizer's limit, below the 24 positions"
    expected = explained(Model(bert, Text(tokenizer=bert_tokenizer)), TEXT)
    found = explained(model, TEXT)
    assert [token.score for token in found.tokens] == pytest.approx(
        [token.score for token in expected.tokens], abs=1e-6
    )
    assert {entry.label for entry in predict(model, TEXT).classes} == {"negative", "positive"}
    assert not as_model(model).module.training  # type: ignore[attr-defined]


def test_positions_limit_a_tokenizer_that_knows_no_limit(tmp_path: Path, bytes_pairs: Any) -> None:
    tokenizer = fast(bytes_pairs, pad_token="<pad>", bos_token="<s>", eos_token="</s>", mask_token="<mask>")
    config = transformers.RobertaConfig(
        vocab_size=len(tokenizer), hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
        max_position_embeddings=34, pad_token_id=1, num_labels=3,
    )  # fmt: skip
    transformers.RobertaForSequenceClassification(config).save_pretrained(tmp_path)
    tokenizer.save_pretrained(tmp_path)
    model = load_model(str(tmp_path))
    assert model.inputs.longest == 32  # type: ignore[union-attr]
    found = explained(model, "great " * 60, steps=2, target=2)
    assert len(found.tokens) == 32


def test_a_folder_whose_weights_do_not_fit(tmp_path: Path, bert: Any, bert_tokenizer: Any) -> None:
    bert.bert.save_pretrained(tmp_path)
    bert_tokenizer.save_pretrained(tmp_path)
    with pytest.raises(BadModel, match="holds BertModel, which has no classes"):
        load_model(str(tmp_path))
    config = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps(config | {"architectures": ["BertForSequenceClassification"]}))
    with pytest.raises(BadModel, match=r"do not fit BertForSequenceClassification: missing classifier\.bias, class"):
        load_model(str(tmp_path))
    (tmp_path / "model.safetensors").unlink()
    with pytest.raises(BadModel, match="transformers cannot load") as caught:
        load_model(str(tmp_path))
    assert "\n" not in str(caught.value)


def test_a_folder_of_an_image_model(tmp_path: Path) -> None:
    config = transformers.ViTConfig(
        hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16, image_size=16, patch_size=8
    )
    transformers.ViTForImageClassification(config).save_pretrained(tmp_path)
    settings = {"image_mean": [0.5, 0.5, 0.5], "image_std": [0.2, 0.2, 0.2], "size": {"height": 16, "width": 16}}
    (tmp_path / "preprocessor_config.json").write_text(json.dumps(settings))
    model = load_model(str(tmp_path))
    assert model.inputs == Image(size=(16, 16), mean=(0.5, 0.5, 0.5), std=(0.2, 0.2, 0.2))
    found = explain(model, torch.rand(3, 16, 16), steps=4)
    assert found.scores.shape == (3, 16, 16)
