"""Tokens of a text: what they are, where they stand, and which words they make up."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|\w+(?:['’\-]\w+)*|[^\w\s]+")
"""A word with its apostrophes and hyphens, a run of punctuation, or one character of a script without spaces."""
MARKS = ("##", "▁", "Ġ", "</w>", "@@")
"""What tokenizers put before or after a piece to say whether it goes on a word."""


@dataclass(frozen=True)
class Token:
    """A token and the code points that it stands for (none where `start == end`: a special token)."""

    text: str
    start: int
    end: int


def split_words(text: str) -> list[Token]:
    """Words and punctuation, in order."""
    return [Token(match.group(), match.start(), match.end()) for match in WORD.finditer(text)]


def place_tokens(text: str, pieces: Sequence[str]) -> list[Token]:
    """Finds pieces of a text again in it, in order, whatever marks and case the tokenizer gave them.

    A piece that is not found (a special token, an unknown word's stand-in) stands for no characters. A piece is not
    looked for beyond the next words, or one that the tokenizer rewrote would be found far off, and all after it.
    """
    folded = "".join(char.lower() if len(char.lower()) == 1 else char for char in text)
    tokens: list[Token] = []
    at, missed = 0, 0
    for piece in pieces:
        bare = _bare(piece)
        place = folded.find(bare.lower(), at) if bare else -1
        if place < 0 or len(text[at:place].split()) > missed + 1:
            tokens.append(Token(piece, at, at))
            missed += 1
        else:
            at, missed = place + len(bare), 0
            tokens.append(Token(text[place:at], place, at))
    return tokens


def _bare(piece: str) -> str:
    """A piece without its tokenizer's marks."""
    for mark in MARKS:
        piece = piece.removeprefix(mark).removesuffix(mark)
    return piece.strip()


def word_sums(text: str, tokens: Sequence[Token], scores: Sequence[float]) -> list[tuple[Token, float]]:
    """Adds the scores of tokens up to words. A token belongs to the word in which it starts.

    Where it reaches further (the `#7` that stands for a token id is two words), so does the word.
    """
    words = split_words(text)
    sums: dict[int, float] = {}
    ends: dict[int, int] = {}
    for token, score in zip(tokens, scores, strict=True):
        if token.start == token.end:
            continue
        start = token.start + len(token.text) - len(token.text.lstrip())
        for i, word in enumerate(words):
            if word.start <= start < word.end:
                sums[i] = sums.get(i, 0.0) + score
                end = token.start + len(text[token.start : token.end].rstrip())
                ends[i] = max(ends.get(i, word.end), end)
                break
    found: list[tuple[Token, float]] = []
    for i in sorted(sums):
        start, end, score = words[i].start, ends[i], sums[i]
        if found and start < found[-1][0].end:
            before, earlier = found.pop()
            start, end, score = before.start, max(before.end, end), earlier + score
        found.append((Token(text[start:end], start, end), score))
    return found
