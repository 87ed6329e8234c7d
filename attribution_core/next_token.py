"""Language models: their classes are the words of the vocabulary, and what they predict is the next one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from torch import Tensor, nn

MARKS = ("Ġ", "▁")
"""What tokenizers write for the space before a word."""


def vocabulary_sizes(module: Callable[..., object]) -> frozenset[int]:
    """Rows of a module's embedding tables. A network that gives so many scores at every position is a language
    model."""
    parts = module.modules() if isinstance(module, nn.Module) else ()
    return frozenset(part.num_embeddings for part in parts if isinstance(part, nn.Embedding))


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
    return None if vocabulary is None else {int(index): _spaced(str(word)) for word, index in vocabulary.items()}


def _vocabulary_of(tokenizer: object) -> Mapping[str, int] | None:
    get = getattr(tokenizer, "get_vocab", None)
    found = get() if callable(get) else None
    return found if isinstance(found, Mapping) else None


def _spaced(word: str) -> str:
    for mark in MARKS:
        if word.startswith(mark) and len(word) > len(mark):
            return " " + word[len(mark) :]
    return word
