"""Who may come in: who knows the token. No page in a browser does, whatever it knows."""

from __future__ import annotations

import hmac
import os
import secrets
import stat
import sys
from collections.abc import Callable, MutableMapping
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path

from websockets.datastructures import Headers

VARIABLE = "HEATLINE_TOKEN"
"""The environment variable that the server and the language server read the token from."""
SHORTEST = 20
"""Characters of a token; a generated one has 43."""


class TokenError(Exception):
    """There is no token that could be used. The message says what to do."""


@dataclass(frozen=True)
class Refused:
    """An HTTP answer to who may not come in."""

    status: HTTPStatus
    text: str


def generate_token() -> str:
    """256 random bits."""
    return secrets.token_urlsafe(32)


def given_token(file: str | None, environment: MutableMapping[str, str] = os.environ) -> str | None:
    """The token of a file, else of the environment; None where neither names one.

    The environment variable is taken out, so that neither a model's code nor what it starts finds it.

    Raises
    ------
    TokenError
        If the file cannot be read or others can read it, or the token is too short or no token.
    """
    from_environment = environment.pop(VARIABLE, None)
    if file is not None:
        return _checked(_read(Path(file)), f"the token in {file}")
    return None if from_environment is None else _checked(from_environment, f"the token in {VARIABLE}")


def _read(path: Path) -> str:
    try:
        with path.open(encoding="ascii") as stream:
            mode = stat.S_IMODE(os.fstat(stream.fileno()).st_mode)
            if sys.platform != "win32" and mode & 0o077:
                raise TokenError(f"others can read the token in {path}. Run: chmod 600 {path}")
            return stream.read(4096)
    except OSError as error:
        raise TokenError(f"the token file {path} cannot be read: {error.strerror}. Check --token-file.") from None
    except UnicodeDecodeError:
        raise TokenError(f"the token file {path} is not ASCII. Put one line with the token into it.") from None


def _checked(token: str, what: str) -> str:
    token = token.strip()
    if len(token) < SHORTEST:
        raise TokenError(f"{what} has {len(token)} characters. Use at least {SHORTEST}, drawn at random.")
    if not token.isascii() or not token.isprintable() or " " in token:
        raise TokenError(f"{what} has characters that no header carries. Use letters, digits, - and _.")
    return token


class Access:
    """Decides about a request before a websocket is opened.

    Parameters
    ----------
    token : what a client sends as `Authorization: Bearer TOKEN`.
    ready : why no request can be answered now; empty where it can. Asked by `/readyz`.
    """

    def __init__(self, token: str, ready: Callable[[], str]) -> None:
        self._expected = f"Bearer {token}".encode()
        self._ready = ready

    def decide(self, path: str, headers: Headers) -> Refused | None:
        """The answer to a request that opens no websocket; None for a client that may come in.

        Health checks need no token and say nothing but a word. An `Origin` is sent by browsers alone, for the page
        that asks; no page has business here, so each one is foreign.
        """
        if path == "/healthz":
            return Refused(HTTPStatus.OK, "ok\n")
        if path == "/readyz":
            reason = self._ready()
            return Refused(HTTPStatus.SERVICE_UNAVAILABLE, f"{reason}\n") if reason else Refused(HTTPStatus.OK, "ok\n")
        if headers.get_all("Origin"):
            return Refused(HTTPStatus.FORBIDDEN, "pages of a browser are not served\n")
        if path != "/":
            # Not even the right token counts in a URL: those end up in logs and histories.
            return Refused(HTTPStatus.NOT_FOUND, "the websocket is at /, and the token in the header Authorization\n")
        given = headers.get_all("Authorization")
        if len(given) != 1:
            return Refused(HTTPStatus.UNAUTHORIZED, "send the token: 'Authorization: Bearer TOKEN'\n")
        if not hmac.compare_digest(given[0].encode("utf-8", "surrogateescape"), self._expected):
            return Refused(HTTPStatus.UNAUTHORIZED, "the token is wrong\n")
        return None
