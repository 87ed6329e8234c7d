"""A server with a password: the websocket is for who has logged in, as the pages are."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

import pytest
from jupyter_server.auth.security import passwd
from tornado.httpclient import HTTPClientError

import heatline
from heatline.protocol import PROTOCOL

PASSWORD = "open sesame"
NO_TOKEN = {"Authorization": ""}
LogIn = Callable[[str], Awaitable[str]]


@pytest.fixture
def jp_server_config(jp_server_config: dict[str, Any]) -> dict[str, Any]:
    hashed = passwd(PASSWORD, algorithm="sha256")  # type: ignore[no-untyped-call]
    return {**jp_server_config, "PasswordIdentityProvider": {"hashed_password": hashed}}


@pytest.fixture
def log_in(jp_fetch: Any, jp_http_port: int) -> LogIn:
    """`await log_in(password)`: the cookies of a browser that has sent the login page's form."""
    # The cookie of a login is named after the host, which is what websockets are opened to.
    headers = {**NO_TOKEN, "Host": f"localhost:{jp_http_port}"}

    async def logged_in(password: str) -> str:
        cookies: SimpleCookie = SimpleCookie()
        page = await jp_fetch("login", headers=dict(headers))
        cookies.load(page.headers["Set-Cookie"])
        form = urlencode({"password": password, "_xsrf": cookies["_xsrf"].value})
        sent = {**headers, "Cookie": _sent(cookies)}
        with pytest.raises(HTTPClientError) as answer:  # 302 where it is right, 401 where it is wrong
            await jp_fetch("login", method="POST", body=form, headers=sent, follow_redirects=False)
        assert answer.value.response is not None
        for line in answer.value.response.headers.get_list("Set-Cookie"):
            cookies.load(line)
        return _sent(cookies)

    return logged_in


def _sent(cookies: SimpleCookie) -> str:
    return "; ".join(f"{name}={morsel.value}" for name, morsel in cookies.items())


def test_the_websocket_opens_after_the_login_and_not_before(
    jp_ws_fetch: Any, log_in: LogIn, jp_asyncio_loop: asyncio.AbstractEventLoop
) -> None:
    async def connect(**headers: str) -> Any:
        return await jp_ws_fetch("heatline", "rpc", headers={**NO_TOKEN, **headers})

    async def conversation() -> dict[str, Any]:
        with pytest.raises(HTTPClientError, match="403"):
            await connect()
        with pytest.raises(HTTPClientError, match="403"):
            await connect(Cookie=await log_in("open barley"))
        connection = await connect(Cookie=await log_in(PASSWORD))
        greeting = {"version": heatline.__version__, "protocol": PROTOCOL}
        asked = {"jsonrpc": "2.0", "id": 1, "method": "heatline/initialize", "params": greeting}
        await connection.write_message(json.dumps(asked))
        answer: dict[str, Any] = json.loads(await asyncio.wait_for(connection.read_message(), 60))
        connection.close()
        return answer

    answer = jp_asyncio_loop.run_until_complete(conversation())
    assert answer["result"]["version"] == heatline.__version__
