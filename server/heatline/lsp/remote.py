"""A `heatline serve` on another machine: where it is, and requests as it takes them."""

from __future__ import annotations

import base64
import ipaddress
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from ..protocol import BytesSample, NamedModel
from ..wire import encode
from .failures import failure

VARIABLE = "HEATLINE_TOKEN"
"""The environment variable with the server's token, where the editor does not give it as `token` when it starts."""
LARGEST_FILE = 11 << 20
"""Bytes of a file that is sent: in base64, what the server takes by default."""


@dataclass(frozen=True)
class Remote:
    """The server of a workspace folder."""

    url: str
    """`wss://host:port`; `ws://` to this machine alone, such as the end of an ssh tunnel."""
    folder: str
    """The workspace folder, on this machine."""

    def there(self, path: str) -> str:
        """A path stays as it is: what it names is sent by value."""
        return path

    def check(self) -> None:
        """Refuses an address to which a token should not be sent.

        Raises
        ------
        Failure
        """
        try:
            parts = urlsplit(self.url)
            host, _ = parts.hostname, parts.port
        except ValueError:
            parts, host = urlsplit(""), None
        if parts.scheme not in ("ws", "wss") or not host or parts.query or parts.username or parts.password:
            # What is wrong may be a token in the URL: it is not repeated.
            raise failure("bad-input", "'heatline.server' is no address", "Write it like wss://gpu.example.org:4719.")
        if parts.scheme == "ws" and not _is_loopback(host):
            raise failure(
                "bad-input",
                f"without TLS the token could be read on its way to {host}",
                "Write wss:// in 'heatline.server', or make a tunnel: ssh -L 4719:localhost:4719 HOST.",
            )


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def by_value(params: dict[str, Any], folder: str) -> dict[str, Any]:
    """Parameters as the server takes them: a served model by its name, a file of the workspace as its bytes.

    A factory stands for the served model of the same name: `models.py:flowers` for `flowers`.

    Raises
    ------
    Failure
        Where a file cannot be read or sent.
    """
    found = {**params}
    found.pop("device", None)  # who started the server chose one
    model, sample = params.get("model"), params.get("sample")
    if isinstance(model, dict) and model.get("kind") == "factory":
        found["model"] = encode(NamedModel("named", str(model.get("spec")).rpartition(":")[2]))
    if isinstance(sample, dict) and sample.get("kind") == "file":
        if sample.get("row") is not None:
            raise failure("bad-input", "rows of files are not sent to a server", "Send the row by value.")
        found["sample"] = encode(_sent(Path(folder) / str(sample.get("path"))))
    return found


def _sent(path: Path) -> BytesSample:
    try:
        size = os.stat(path).st_size
        if size > LARGEST_FILE:
            step = f"Make it smaller than {LARGEST_FILE >> 20} MB."
            raise failure("bad-input", f"{path.name} has {size >> 20} MB, too many to be sent", step)
        data = path.read_bytes()
    except OSError as error:
        raise failure("bad-input", f"{path} cannot be read: {error.strerror}", "Check the path.") from None
    return BytesSample("bytes", path.name, base64.b64encode(data).decode("ascii"))
