"""JSON-RPC messages with `Content-Length` headers over byte streams, as in the Language Server Protocol."""

from __future__ import annotations

import json
from typing import Any, BinaryIO

MAX_HEADER = 4096
"""Bytes of one header line."""
MAX_BODY = 256 << 20
"""Bytes of one message."""


class FramingError(Exception):
    """The stream cannot be read on: what follows is not at a message's start."""


class BadMessage(Exception):
    """One message could not be read as JSON; the next one can."""


def read_message(stream: BinaryIO, most: int = MAX_BODY) -> dict[str, Any] | None:
    """The next message, or None at the stream's end.

    Parameters
    ----------
    most : bytes of a body; what is larger is read over.

    Raises
    ------
    FramingError
        For a header that is too long, no or a wrong length, or an end inside a message.
    BadMessage
        For a body that is too large or not a JSON object.
    """
    length = None
    while True:
        line = stream.readline(MAX_HEADER)
        if not line:
            if length is None:
                return None
            raise FramingError("the stream ended inside a header")
        if not line.endswith(b"\n"):
            raise FramingError(f"a header line is longer than {MAX_HEADER} bytes or cut off")
        if line in (b"\r\n", b"\n"):
            if length is None:
                raise FramingError("a message came without Content-Length")
            break
        name, _, value = line.partition(b":")
        if name.strip().lower() == b"content-length":
            length = parse_length(value)
    if length > most:
        left = length
        while left and (part := stream.read(min(left, 1 << 16))):
            left -= len(part)
        raise BadMessage(f"a message of {length} bytes came; at most {most} are read")
    body = stream.read(length)
    if len(body) < length:
        raise FramingError(f"the stream ended after {len(body)} of {length} bytes")
    return parse_body(body)


def parse_length(value: bytes) -> int:
    """The number of a `Content-Length` header; `FramingError` where it is none or too large."""
    digits = value.strip()
    if not digits.isdigit() or len(digits) > 12 or int(digits) > MAX_BODY:
        raise FramingError(f"Content-Length is {digits[:40]!r}; expected a number up to {MAX_BODY}")
    return int(digits)


def parse_body(body: bytes) -> dict[str, Any]:
    """The JSON object of a message's body; `BadMessage` where it is none."""
    try:
        message = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BadMessage(f"a message is not JSON: {error}") from None
    if not isinstance(message, dict):
        raise BadMessage(f"a message is a JSON {type(message).__name__}; expected an object")
    return message


def json_bytes(message: dict[str, Any]) -> bytes:
    """The JSON of one message, in UTF-8; halves of surrogate pairs as escapes."""
    text = json.dumps(message, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    return text.encode("utf-8", "backslashreplace")


def frame(message: dict[str, Any]) -> bytes:
    """The bytes of one message with its header."""
    return frame_of(json_bytes(message))


def frame_of(body: bytes) -> bytes:
    """A message's body with its header."""
    return b"Content-Length: %d\r\n\r\n" % len(body) + body
