"""Texts: from a sentence to embeddings, and back from their attributions to the words."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ..attribution import Attribution, TextAttribution, TokenScore
from ..engine import Point
from ..errors import BadBaseline, BadModel, BadSample
from .embedding import RecordedLookups, ReplacedLookups
from .prepared import Function, Prepared
from .tokenize import Encoded, encode_by_tokenizer, encode_by_vocabulary, encoded_ids, ids_by_vocabulary
from .tokens import Token, word_sums


@dataclass(frozen=True)
class Text:
    """How texts become a network's token ids. The network is called with ids of shape (batch, tokens).

    Parameters
    ----------
    vocabulary : word -> id. Words are split at spaces and punctuation, and looked up as written, then in lower case.
    tokenizer : with a vocabulary, a function from a text to its words; without one, a function to ids or to (ids,
        offsets), or a tokenizer of transformers or tokenizers. Offsets count code points.
    unknown, pad, mask : words of the vocabulary that stand for a missing word, for nothing, for a hidden word.
    longest : tokens that the network takes; longer texts are cut, and the result says so. What the tokenizer
        knows itself when left out.
    shortest : tokens that the network needs; shorter texts are filled up with `pad`.

    Examples
    --------
    >>> reviews = Text(vocabulary={"<pad>": 0, "<unk>": 1, "good": 2, "bad": 3}, longest=200)
    """

    vocabulary: Mapping[str, int] | None = None
    tokenizer: Any = None
    unknown: str = "<unk>"
    pad: str = "<pad>"
    mask: str = "<mask>"
    longest: int | None = None
    shortest: int = 1

    def prepare(self, sample: object, network: Function) -> TextSample:
        """See `Inputs.prepare`. A tensor of integers is taken as the token ids, a mapping as what a tokenizer gave."""
        text, name, encoded = self.encoded(sample)
        encoded = self._fitted(_unpadded(encoded) if network.accepts("attention_mask") else encoded)
        ids = torch.tensor([encoded.ids], dtype=torch.int64, device=network.device)
        named = {
            name: torch.tensor([values], dtype=torch.int64, device=network.device)
            for name, values in encoded.named.items()
            if network.accepts(name)
        }
        with RecordedLookups(ids) as lookups:
            outputs = _call(network, ids, named)
        if not lookups.tables:
            raise BadModel(
                "the model looked up no embedding of the token ids",
                "Its forward must pass them to an nn.Embedding, or to F.embedding.",
            )
        special = encoded.special or [False] * len(encoded.ids)
        features = tuple(lookups.found)
        notes = list(encoded.notes)
        return TextSample(name, features, outputs, notes, text, encoded.tokens, special, ids, named, lookups.tables,
                          self, network)  # fmt: skip

    def read(self, sample: object) -> Encoded:
        """The tokens of a sample, as many of them as the network takes; of words in a vocabulary the ids alone."""
        if self.vocabulary is not None and self.tokenizer is None and isinstance(sample, (str, Path)):
            ids = ids_by_vocabulary(_text(sample), self.vocabulary, self.unknown)
            if ids is not None and max(1, self.shortest) <= len(ids) <= (self._limit() or len(ids)):
                return Encoded(ids, [])
        return self._fitted(self.encoded(sample)[2])

    def encoded(self, sample: object) -> tuple[str, str, Encoded]:
        """The text of a sample, a name for it, and its tokens, as many as there are."""
        if isinstance(sample, (Tensor, Mapping)):
            text, encoded = encoded_ids(sample, self.vocabulary, self.tokenizer)
            shape = "x".join(str(side) for side in getattr(sample, "shape", ()))
            return text, f"tensor {shape}" if shape else _short(text), encoded
        text = _text(sample)
        return text, _short(text), self._encoded(text)

    def _encoded(self, text: str) -> Encoded:
        if self.vocabulary is not None:
            return encode_by_vocabulary(text, self.vocabulary, self.unknown, self.tokenizer)
        if self.tokenizer is None:
            raise BadModel(
                "Text() knows neither vocabulary nor tokenizer", "Write Text(vocabulary=...) or Text(tokenizer=...)."
            )
        return encode_by_tokenizer(text, self.tokenizer)

    def _fitted(self, encoded: Encoded) -> Encoded:
        """Cut to the longest that the network takes, or filled up to the shortest."""
        count, limit = len(encoded.ids), self._limit()
        if count == 0:
            raise BadSample("the tokenizer made no token of this text", "Give a text with words in it.")
        if limit is not None and count > limit:
            note = f"The text has {count} tokens; the model takes {limit}, and the rest was left out."
            return _cut(encoded, limit, note)
        if count >= self.shortest:
            return encoded
        filling = self.shortest - count
        pad = self.stand_ins().get("pad", 0)
        return Encoded(
            encoded.ids + [pad] * filling,
            encoded.tokens + [Token(self.pad, encoded.tokens[-1].end, encoded.tokens[-1].end)] * filling,
            {name: values + [0] * filling for name, values in encoded.named.items()},
            (encoded.special or [False] * count) + [True] * filling,
            encoded.notes,
        )

    def _limit(self) -> int | None:
        if self.longest is not None:
            return self.longest
        own = getattr(self.tokenizer, "model_max_length", None)
        return own if isinstance(own, int) and own < 1_000_000 else None

    def stand_ins(self) -> dict[str, int]:
        """Ids of the pad and mask tokens, as far as they are known."""
        found = {}
        for name, word in (("pad", self.pad), ("mask", self.mask)):
            number = getattr(self.tokenizer, f"{name}_token_id", None)
            if number is None and self.vocabulary is not None:
                number = self.vocabulary.get(word)
            if number is not None:
                found[name] = int(number)
        return found


@dataclass
class TextSample(Prepared):
    """A text, ready for a network. `features` holds one tensor per embedding table, (tokens, size)."""

    name: str
    features: Point
    outputs: Tensor
    notes: list[str]
    text: str
    tokens: list[Token]
    special: list[bool]
    ids: Tensor
    named: dict[str, Tensor]
    tables: list[Tensor]
    reader: Text
    network: Function
    kind: str = field(default="text", init=False)

    @property
    def alike(self) -> Hashable:
        """Texts of equally many tokens: padding would change what some models say."""
        return self.kind, len(self.tokens), tuple(self.named), tuple(id(table) for table in self.tables)

    def function(self, points: Point) -> Tensor:
        count = len(points[0])
        return self._called(points, self.ids.repeat(count, 1), {n: v.repeat(count, 1) for n, v in self.named.items()})

    def among(self, samples: Sequence[Prepared], points: Point) -> Tensor:
        texts = [sample for sample in samples if isinstance(sample, TextSample)]
        named = {name: torch.cat([text.named[name] for text in texts]) for name in self.named}
        return self._called(points, torch.cat([text.ids for text in texts]), named)

    def _called(self, points: Point, ids: Tensor, named: Mapping[str, Tensor]) -> Tensor:
        """The network with other embeddings for ids, (n, tokens)."""
        with ReplacedLookups(ids, self.tables, points):
            return _call(self.network, ids, named)

    def baseline(self, choice: object) -> tuple[str, Point]:
        name = "zero" if choice is None else choice if isinstance(choice, str) else ""
        if name == "zero":
            return "zero embedding", tuple(torch.zeros_like(feature) for feature in self.features)
        if name not in ("pad", "mask"):
            named = f"'{choice}'" if isinstance(choice, (str, int, float)) else f"of type {type(choice).__name__}"
            raise BadBaseline(
                f"there is no baseline {named} for a text",
                "Choose zero, pad or mask, or another text: Baseline.sample(text), Baseline.random(texts).",
            )
        number = self.reader.stand_ins().get(name)
        if number is None:
            raise BadBaseline(f"the tokenizer has no {name} token", f"Name it: Text({name}='[{name.upper()}]', ...).")
        return f"{name} token", self._reading([number] * len(self.special))

    def like(self, other: object) -> Point:
        """Another text's tokens where this one has its own, cut or padded; special tokens stay."""
        encoded = self.reader.encoded(other)[2]
        special = encoded.special or [False] * len(encoded.ids)
        theirs = iter([number for number, aside in zip(encoded.ids, special, strict=True) if not aside])
        filling = self.reader.stand_ins().get("pad")
        return self._reading([next(theirs, filling) for _ in self._own_places()])

    def noise(self, seed: int) -> Point:
        raise BadBaseline("words have no range for noise", "Choose another text: Baseline.random(texts).")

    def _own_places(self) -> list[int]:
        """The text's own tokens, by index."""
        return [index for index, aside in enumerate(self.special) if not aside]

    def _reading(self, numbers: Sequence[int | None]) -> Point:
        """The embeddings with other ids in the text's own places; None is a zero embedding."""
        places = torch.tensor(self._own_places(), device=self.ids.device)
        numbers = numbers[: len(places)]
        known = torch.tensor([number or 0 for number in numbers], device=self.ids.device)
        blank = torch.tensor([number is None for number in numbers], device=self.ids.device)[:, None]
        point = []
        for table, feature in zip(self.tables, self.features, strict=True):
            rows = table.detach()[known].to(feature).masked_fill(blank, 0)
            point.append(feature.index_copy(0, places, rows))
        return tuple(point)

    def map_of(self, attributions: Point) -> Tensor:
        return torch.cat(attributions, dim=1).sum(1)

    def attribution(self, computed: Attribution, attributions: Point) -> Attribution:
        scores = computed.scores.double()
        per_token = scores.sum(1) if computed.adds_up else scores.norm(dim=1)
        values = [float(value) for value in per_token]
        tokens = [TokenScore(t.text, t.start, t.end, value) for t, value in zip(self.tokens, values, strict=True)]
        words = [TokenScore(w.text, w.start, w.end, value) for w, value in word_sums(self.text, self.tokens, values)]
        return TextAttribution.of(computed, text=self.text, tokens=tokens, words=words)


def _text(sample: object) -> str:
    if isinstance(sample, Path):
        try:
            sample = sample.read_text(encoding="utf-8")
        except OSError as error:
            raise BadSample(f"{sample} cannot be read: {error.strerror}", "Check the path.") from None
        except UnicodeDecodeError as error:
            raise BadSample(f"{sample} is not UTF-8 (byte {error.start})", "Save it as UTF-8.") from None
    if not isinstance(sample, str):
        raise BadSample(f"the model reads text, and the sample is of type {type(sample).__name__}", "Give a string.")
    if not sample.strip():
        raise BadSample("the text is empty", "Give at least one word.")
    return sample


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= 60 else f"{words[:57]}..."


def _call(network: Function, ids: Tensor, named: Mapping[str, Tensor]) -> Tensor:
    return network(input_ids=ids, **named) if network.accepts("input_ids") else network(ids, **named)


def _unpadded(encoded: Encoded) -> Encoded:
    """Without the padding at the end that an attention mask hides from the network."""
    mask, count = encoded.named.get("attention_mask"), len(encoded.ids)
    while mask is not None and count > 1 and encoded.special and encoded.special[count - 1] and not mask[count - 1]:
        count -= 1
    return _kept(encoded, list(range(count)))


def _cut(encoded: Encoded, limit: int, note: str) -> Encoded:
    """The first tokens; a tokenizer's own last token (such as [SEP]) stays the last."""
    last = bool(encoded.special) and encoded.special[-1]
    kept = [*range(limit - 1), len(encoded.ids) - 1] if last and limit > 1 else list(range(limit))
    return replace(_kept(encoded, kept), notes=[*encoded.notes, note])


def _kept(encoded: Encoded, places: Sequence[int]) -> Encoded:
    """The tokens at some places."""
    return replace(
        encoded,
        ids=[encoded.ids[i] for i in places],
        tokens=[encoded.tokens[i] for i in places],
        named={name: [values[i] for i in places] for name, values in encoded.named.items()},
        special=[encoded.special[i] for i in places] if encoded.special else [],
    )
