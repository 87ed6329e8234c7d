"""A real jupyter_server in the test's process, with the extension switched on."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from pytest_jupyter.jupyter_core import *  # noqa: F403  (fixtures; `pytest_plugins` may only stand at the top)
from pytest_jupyter.jupyter_server import *  # noqa: F403
from tornado.httpclient import HTTPClientError, HTTPResponse

Get = Callable[..., HTTPResponse]


@pytest.fixture  # type: ignore[no-redef]  # overriding is how pytest-jupyter is configured
def jp_server_config() -> dict[str, Any]:
    """The extension, switched on as the wheel's configuration file does it."""
    return {"ServerApp": {"jpserver_extensions": {"heatline.jupyter": True}}}


@pytest.fixture
def get(jp_serverapp: Any, jp_fetch: Any, jp_asyncio_loop: asyncio.AbstractEventLoop) -> Get:
    """`get("heatline", "agent", session="kernel", token=...)`: the server's answer, also when it refuses.

    Runs on the loop that the server was started on, which is not the one of an async test.
    """

    def fetch(*path: str, token: str = jp_serverapp.identity_provider.token, **query: str) -> HTTPResponse:
        headers = {"Authorization": f"token {token}"} if token else {"Authorization": ""}

        async def asked() -> HTTPResponse:
            answer: HTTPResponse = await jp_fetch(*path, headers=headers, params=query)
            return answer

        try:
            return jp_asyncio_loop.run_until_complete(asked())
        except HTTPClientError as refused:
            if refused.response is None:  # not refused, but never answered
                raise
            return refused.response

    return fetch
