"""Nothing that runs for us may print into the person's session; what their other threads print still does."""

from __future__ import annotations

import contextlib
import io
import logging
import sys
import threading
from collections.abc import Iterator
from typing import Any


class _OneThreads(io.StringIO):
    """Takes what its own thread prints, and hands on what others do."""

    def __init__(self, original: Any) -> None:
        super().__init__()
        self._original = original
        self._thread = threading.get_ident()

    def write(self, text: str) -> int:
        if threading.get_ident() == self._thread:
            return super().write(text)
        return int(self._original.write(text) or len(text))

    def flush(self) -> None:
        if threading.get_ident() != self._thread:
            self._original.flush()


@contextlib.contextmanager
def quiet() -> Iterator[io.StringIO]:
    """What this thread prints inside goes into the buffer; its log records go nowhere."""
    printed = _OneThreads(sys.stdout)
    warned = _OneThreads(sys.stderr)
    thread = threading.get_ident()

    def of_others(record: logging.LogRecord) -> bool:
        return record.thread != thread

    handlers = _handlers()  # they know the streams of old
    for handler in handlers:
        handler.addFilter(of_others)
    try:
        with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(warned):
            yield printed
    finally:
        for handler in handlers:
            handler.removeFilter(of_others)


def _handlers() -> set[logging.Handler]:
    loggers = [logging.root, *logging.root.manager.loggerDict.values()]
    return {handler for logger in loggers if isinstance(logger, logging.Logger) for handler in logger.handlers}
