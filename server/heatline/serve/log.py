"""What is logged: who came and went, what was asked, how it ended. Never a token.

The contents of requests (samples, targets, what a model says of them in its errors) are logged with
`--log-level debug` alone.
"""

from __future__ import annotations

import logging
import sys

log = logging.getLogger("heatline.serve")


def start_logging(level: str) -> None:
    """Logs to stderr.

    Parameters
    ----------
    level : `info`, or `debug` for the contents of requests too.
    """
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    log.handlers[:] = [handler]
    log.setLevel(level.upper())


def socket_logger() -> logging.Logger:
    """The logger of the library below: its warnings, in one line each.

    At its own debug level it would write headers, with the token; and a header that it cannot read, which may be a
    token's, stands in the traceback of its errors.
    """
    logger = logging.getLogger("heatline.serve.socket")
    logger.setLevel(logging.WARNING)
    logger.handlers[:] = []
    logger.addFilter(_without_traceback)
    return logger


def _without_traceback(record: logging.LogRecord) -> bool:
    record.exc_info = record.exc_text = None
    return True
