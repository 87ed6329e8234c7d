"""Language models: their classes are the words of the vocabulary, and what they predict is the next one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping

from torch import Tensor, nn

OTHER_TABLES = ("position", "token_type", "segment")
"""In the names of embedding tables that hold no words. BERT has one of two rows, and often two classes."""
MARKS = ("Ġ", "▁")
"""What tokenizers write for the space before a word."""


def vocabulary_sizes(module: Callable[..., object]) -> frozenset[int]:
    """Rows of a module's embedding tables, but for those of positions and of kinds of tokens. A network that gives so
    many scores at every position is a language model."""
    parts = module.named_modules() if isinstance(module, nn.Module) else ()
    tables = [(name, part) for name, part in parts if isinstance(part, nn.Embedding)]
    return frozenset(part.num_embeddings for name, part in tables if not any(word in name for word in OTHER_TABLES))


def next_token(outputs: Tensor, vocabularies: Collection[int]) -> Tensor | None:
    """The scores after the last position, (n, V), of outputs (n, T, V) for a vocabulary of V; None for others."""
    if outputs.dim() != 3 or outputs.shape[2] not in vocabularies:
        return None
    return outputs[:, -1]


def token_labels(inputs: object) -> Mapping[int, str] | None:
    """What a text's tokenizer or vocabulary calls each token, the space before a word as a space."""
    vocabulary = getattr(inputs, "vocabulary", None)
    if vocabulary is None:
        vocabulary = _vocabulary_of(getattr(inputs, "tokenizer", None))
    return None if vocabulary is None else TokenLabels(vocabulary)


class TokenLabels(Mapping[int, str]):
    """Ids of a vocabulary to what a person calls them; of so many, few are ever looked at."""

    def __init__(self, vocabulary: Mapping[str, int]) -> None:
        self._words = {index: word for word, index in vocabulary.items()}

    def __getitem__(self, index: int) -> str:
        return _spaced(str(self._words[index]))

    def __iter__(self) -> Iterator[int]:
        return iter(self._words)

    def __len__(self) -> int:
        return len(self._words)


def _vocabulary_of(tokenizer: object) -> Mapping[str, int] | None:
    get = getattr(tokenizer, "get_vocab", None)
    found = get() if callable(get) else None
    return found if isinstance(found, Mapping) else None


def _spaced(word: str) -> str:
    for mark in MARKS:
        if word.startswith(mark) and len(word) > len(mark):
            return " " + word[len(mark) :]
    return word
