"""What is printed while the agent computes."""

from __future__ import annotations

import logging
import sys
import threading

import pytest

from heatline.agent.quiet import quiet


def test_own_prints_and_logs_are_kept_out_and_those_of_other_threads_are_not(
    capsys: pytest.CaptureFixture[str],
) -> None:
    logger = logging.getLogger("somebody.elses")
    handler = logging.StreamHandler(sys.stderr)  # knows the stream from before
    logger.addHandler(handler)

    def say(what: str) -> None:
        print(what, flush=True)
        logger.warning(what)

    try:
        with quiet() as printed:
            say("ours")
            thread = threading.Thread(target=say, args=("theirs",))
            thread.start()
            thread.join()
        say("later")
    finally:
        logger.removeHandler(handler)
    assert printed.getvalue() == "ours\n"
    shown = capsys.readouterr()
    assert shown.out == "theirs\nlater\n"
    assert shown.err == "theirs\nlater\n"
    assert not handler.filters
