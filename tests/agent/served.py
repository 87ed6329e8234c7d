"""The agent's server in a thread of the test, for tests with very many messages."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from heatline.agent.stdio import Server
from heatline.framing import read_message

from .rpc import Streams


class Served(Streams):
    """The client's end."""

    def __init__(self, input: BinaryIO, output: BinaryIO, root: Path, thread: threading.Thread) -> None:
        super().__init__(input, output, root)
        self._thread = thread

    def rest(self) -> list[dict[str, object]]:
        """Closes this end, and reads what there still is to read until the server ends."""
        self.input.close()
        found = list(iter(lambda: read_message(self.output), None))
        self._thread.join(30)
        assert not self._thread.is_alive()
        return found


@contextmanager
def served(root: Path) -> Iterator[Served]:
    """A server that was not greeted yet."""
    from_client, to_server = os.pipe()
    from_server, to_client = os.pipe()
    with (
        os.fdopen(from_client, "rb") as reader,
        os.fdopen(to_client, "wb") as writer,
        os.fdopen(to_server, "wb") as input,
        os.fdopen(from_server, "rb") as output,
    ):
        server = Server(reader, writer, lambda: None)

        def run() -> None:
            server.run()
            writer.close()

        thread = threading.Thread(target=run, daemon=True)
        thread.start()
        client = Served(input, output, root, thread)
        yield client
        input.close()
        thread.join(30)
