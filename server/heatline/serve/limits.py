"""How much a client may send, ask for and leave unread."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Where a client is told no."""

    message: int = 16 << 20
    """Bytes of one message to the server."""
    clients: int = 64
    """Connected at the same time."""
    jobs: int = 16
    """Requests of one client under way."""
    waiting: int = 256 << 20
    """Bytes of all clients' requests under way, together."""
    results: int = 1 << 30
    """Bytes of the results that are remembered for all clients, in equal shares."""
    unread: int = 4 << 20
    """Bytes of answers that a client may leave unread before its jobs rest and its requests are read no more."""
    pixels: int = 50_000_000
    """Of one image once it is unpacked."""
    evaluations: int = 100_000
    """Of the gradient that one request may ask for, with all its copies, methods and targets."""
    width: int = 4096
    """Pixels of a drawn picture."""
    step_seconds: float = 60.0
    """Of one step, which should take a tenth of a second: then it is taken to hang, and the models are started anew."""
    opening_seconds: float = 10.0
    """From the first byte to the end of the handshake."""
    ping_seconds: float = 20.0
    """Between two signs of life that a client is asked for."""
    silence_seconds: float = 60.0
    """A client that gives none for so long is gone; a slow line may need that long for a large answer."""
    stop_seconds: float = 5.0
    """For requests under way when the server is told to stop."""
