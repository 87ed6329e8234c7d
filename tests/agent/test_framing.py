"""Messages with Content-Length headers."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from heatline.framing import BadMessage, FramingError, frame, read_message


@pytest.mark.fuzz
@given(st.lists(st.dictionaries(st.text(), st.text() | st.integers() | st.none()), max_size=5))
def test_messages_come_out_as_they_went_in(messages: list[dict[str, object]]) -> None:
    stream = io.BytesIO(b"".join(frame(m) for m in messages))
    for message in messages:
        assert read_message(stream) == message
    assert read_message(stream) is None


def test_lone_surrogates_can_be_sent() -> None:
    assert read_message(io.BytesIO(frame({"text": "\ud83d"}))) is not None


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"Content-Length: 10\r\n\r\n{}", "ended after 2 of 10"),
        (b"Content-Length: 2", "cut off"),
        (b"Content-Length: 2\r\n", "ended inside a header"),
        (b"\r\n{}", "without Content-Length"),
        (b"Content-Length: -1\r\n\r\n", "expected a number"),
        (b"Content-Length: 999999999999\r\n\r\n", "expected a number"),
        (b"Content-Length: nine\r\n\r\n", "expected a number"),
        (b"x" * 5000, "longer than"),
    ],
)
def test_a_stream_that_cannot_be_read_on(data: bytes, complaint: str) -> None:
    with pytest.raises(FramingError, match=complaint):
        read_message(io.BytesIO(data))


@pytest.mark.parametrize("body", [b"{", b"[1]", b"\xff\xff", b"[" * 100_000])
def test_one_bad_message_leaves_the_next_readable(body: bytes) -> None:
    stream = io.BytesIO(b"Content-Length: %d\r\n\r\n" % len(body) + body + frame({"id": 1}))
    with pytest.raises(BadMessage):
        read_message(stream)
    assert read_message(stream) == {"id": 1}


@pytest.mark.fuzz
@given(st.binary(max_size=200))
def test_any_bytes_end_in_a_message_or_a_word(data: bytes) -> None:
    stream = io.BytesIO(data)
    try:
        while read_message(stream) is not None:
            pass
    except (FramingError, BadMessage) as error:
        assert str(error)  # noqa: PT017  (either outcome is right)
