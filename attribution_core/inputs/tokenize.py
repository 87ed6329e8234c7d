"""From a text to token ids, by whatever the person has: a vocabulary, a function, a tokenizer of a library."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import torch
from torch import Tensor

from ..beside import own_copy
from ..errors import AttributionError, BadSample, UserCodeError
from .tokens import WORD, Token, place_tokens, split_words


@dataclass
class Encoded:
    """A text as a network reads it.

    Attributes
    ----------
    named : further inputs by name, one number per token (an attention mask).
    special : whether each token is the tokenizer's own ([CLS], [SEP]), not the text's.
    """

    ids: list[int]
    tokens: list[Token]
    named: dict[str, list[int]] = field(default_factory=dict)
    special: list[bool] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def encode_by_vocabulary(
    text: str, vocabulary: Mapping[str, int], unknown: str, tokenizer: Callable[[str], Any] | None
) -> Encoded:
    """Word by word. A word is looked up as it is written, then in lower case, then as the unknown word."""
    if tokenizer is None:
        tokens = split_words(text)
        pieces = [token.text for token in tokens]
    else:
        pieces = _strings(_called(tokenizer, text))
        tokens = place_tokens(text, pieces)
    ids, kept, missing, stand_in = [], [], [], vocabulary.get(unknown)
    for piece, token in zip(pieces, tokens, strict=True):
        number = vocabulary.get(piece)
        if number is None:
            number = vocabulary.get(piece.lower(), stand_in)
        if number is None:
            missing.append(piece)
        else:
            ids.append(int(number))
            kept.append(token)
    if not ids:
        raise BadSample(
            f"none of the words is in the vocabulary: {_some(missing)}",
            f"Give another text, or a vocabulary with an entry '{unknown}' for words that it lacks.",
        )
    notes = [f"Left out, since the vocabulary lacks them: {_some(missing)}."] if missing else []
    return Encoded(ids, kept, notes=notes)


def ids_by_vocabulary(text: str, vocabulary: Mapping[str, int], unknown: str) -> list[int] | None:
    """The ids that `encode_by_vocabulary` finds, in a third of the time, which counts where there are millions of
    words; None where it would leave one out."""
    ids: list[int] = []
    stand_in = vocabulary.get(unknown)
    for piece in WORD.findall(text):
        number = vocabulary.get(piece)
        if number is None:
            number = vocabulary.get(piece.lower(), stand_in)
        if number is None:
            return None
        ids.append(number)
    return ids


def encode_by_tokenizer(text: str, tokenizer: Any) -> Encoded:
    """By a fast tokenizer of transformers, one of tokenizers, or a function that gives ids or (ids, offsets)."""
    if hasattr(tokenizer, "is_fast"):
        return _by_transformers(text, own_copy(tokenizer))
    if hasattr(tokenizer, "encode") and not callable(tokenizer):
        found = _called(own_copy(tokenizer).encode, text)
    else:
        found = _called(tokenizer, text)
    if hasattr(found, "ids") and hasattr(found, "offsets"):
        tokens = _placed(text, found.ids, found.offsets, getattr(found, "tokens", None))
        special = [bool(flag) for flag in getattr(found, "special_tokens_mask", [0] * len(tokens))]
        # Only where they say something: a network need not know them.
        mask, kinds = list(getattr(found, "attention_mask", ())), list(getattr(found, "type_ids", ()))
        named = {"attention_mask": mask} if 0 in mask else {}
        if any(kinds):
            named["token_type_ids"] = kinds
        cut = getattr(found, "overflowing", None)
        notes = [f"The tokenizer cut the text to {sum(mask) or len(tokens)} tokens."] if cut else []
        return Encoded(_integers(found.ids), tokens, named, special, notes)
    offsets: Any = None
    if isinstance(found, tuple) and len(found) == 2:
        found, offsets = found
    if isinstance(found, Mapping):
        found, offsets = found["input_ids"], found.get("offset_mapping", offsets)
    ids = _integers(found)
    if offsets is not None:
        return Encoded(ids, _placed(text, ids, offsets, None))
    return Encoded(ids, _unplaced(text, ids, tokenizer))


def encoded_ids(
    sample: Tensor | Mapping[str, Any], vocabulary: Mapping[str, int] | None, tokenizer: Any
) -> tuple[str, Encoded]:
    """Token ids by value, alone or in what a tokenizer gave, and the text that they spell."""
    named: dict[str, list[int]] = {}
    if isinstance(sample, Mapping):
        if "input_ids" not in sample:
            raise BadSample(
                f"the sample has {', '.join(str(name) for name in sample)} and no input_ids",
                "Give a text, or what its tokenizer makes of it.",
            )
        aside = ("input_ids", "offset_mapping", "special_tokens_mask", "labels")
        named = {name: _integers(values) for name, values in sample.items() if name not in aside}
        sample = torch.tensor(_integers(sample["input_ids"]), device="cpu")
    if sample.is_floating_point() or sample.dim() not in (1, 2) or (sample.dim() == 2 and sample.shape[0] != 1):
        raise BadSample(
            f"a tensor of shape {tuple(sample.shape)} and type {str(sample.dtype).removeprefix('torch.')} is not "
            "one text's token ids",
            "Give a string, or whole numbers of shape (tokens,) or (1, tokens).",
        )
    ids = [int(number) for number in sample.flatten().tolist()]
    if not ids:
        raise BadSample("the text is empty", "Give at least one token.")
    text, tokens = _spelled(ids, vocabulary, tokenizer)
    special = set(getattr(tokenizer, "all_special_ids", ()))
    return text, Encoded(ids, tokens, named, [number in special for number in ids])


def _spelled(ids: list[int], vocabulary: Mapping[str, int] | None, tokenizer: Any) -> tuple[str, list[Token]]:
    """The text of ids, by the tokenizer or the vocabulary; the ids themselves where neither knows."""
    if hasattr(tokenizer, "convert_ids_to_tokens") and hasattr(tokenizer, "decode"):
        tokenizer = own_copy(tokenizer)
        text = str(_called(lambda given: tokenizer.decode(given, skip_special_tokens=True), ids))
        return text, place_tokens(text, list(tokenizer.convert_ids_to_tokens(ids)))
    words = {number: word for word, number in (vocabulary or {}).items()}
    tokens: list[Token] = []
    text = ""
    for number in ids:
        word = words.get(number, f"#{number}")
        start = len(text) + (1 if text else 0)
        text = f"{text} {word}" if text else word
        tokens.append(Token(word, start, len(text)))
    return text, tokens


def _by_transformers(text: str, tokenizer: Any) -> Encoded:
    def encoded(**options: object) -> Mapping[str, Any]:
        found: Mapping[str, Any] = _called(lambda given: tokenizer(given, **options), text)
        return found

    # Quiet: that a text is too long is said in the result.
    options = {"return_special_tokens_mask": True, "verbose": False}
    found = encoded(**options, return_offsets_mapping=True) if tokenizer.is_fast else encoded(**options)
    ids = _integers(found["input_ids"])
    pieces = list(tokenizer.convert_ids_to_tokens(ids))
    offsets = found.get("offset_mapping")
    tokens = place_tokens(text, pieces) if offsets is None else _placed(text, ids, offsets, pieces)
    aside = ("input_ids", "offset_mapping", "special_tokens_mask")
    named = {name: _integers(values) for name, values in found.items() if name not in aside}
    special = [bool(flag) for flag in _integers(found["special_tokens_mask"])]
    return Encoded(ids, tokens, named, special)


def _placed(text: str, ids: Sequence[object], offsets: Sequence[Any], pieces: Sequence[str] | None) -> list[Token]:
    if len(offsets) != len(ids):
        raise BadSample(f"the tokenizer gave {len(ids)} ids and {len(offsets)} offsets", "It must give one per token.")
    tokens = []
    for i, (start, end) in enumerate(offsets):
        start, end = int(start), int(end)
        if not 0 <= start <= end <= len(text):
            raise BadSample(
                f"the tokenizer's offsets {start} to {end} lie outside the text of {len(text)} characters",
                "Offsets count code points.",
            )
        name = text[start:end] if end > start else (pieces[i] if pieces is not None else f"#{ids[i]}")
        tokens.append(Token(name, start, end))
    return tokens


def _unplaced(text: str, ids: list[int], tokenizer: Any) -> list[Token]:
    """Tokens of which only the ids are known: by decoding them one by one, or word by word where that fits."""
    decode = getattr(tokenizer, "decode", None)
    if decode is not None:
        return place_tokens(text, [str(_called(decode, [number])) for number in ids])
    for pieces in (text.split(), [word.text for word in split_words(text)], list(text)):
        if len(pieces) == len(ids):
            return place_tokens(text, pieces)
    return [Token(f"#{number}", 0, 0) for number in ids]


def _called(function: Callable[[Any], Any], argument: object) -> Any:
    try:
        return function(argument)
    except AttributionError:
        raise
    except Exception as error:
        raise UserCodeError("the tokenizer failed on this text", error, "Call it on this text by itself.") from error


def _integers(values: Any) -> list[int]:
    if isinstance(values, Tensor) or hasattr(values, "tolist"):
        values = values.tolist()
    if isinstance(values, Sequence) and len(values) == 1 and isinstance(values[0], Sequence):
        values = values[0]
    try:
        return [int(value) for value in values]
    except (TypeError, ValueError):
        raise BadSample(
            f"the tokenizer gave a {type(values).__name__}, where token ids were expected",
            "It must return ids, (ids, offsets), or words together with a vocabulary.",
        ) from None


def _strings(values: Any) -> list[str]:
    if not isinstance(values, Sequence) or not all(isinstance(value, str) for value in values):
        raise BadSample(
            f"the tokenizer gave a {type(values).__name__}, where a list of words was expected",
            "With a vocabulary, it returns words; without one, ids.",
        )
    return list(values)


def _some(words: Sequence[str]) -> str:
    shown = ", ".join(f"'{word}'" for word in list(dict.fromkeys(words))[:5])
    return f"{shown}, ..." if len(set(words)) > 5 else shown
