"""The agent is handed out to whoever may have it, and to nobody else."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from jupyter_server.auth.authorizer import Authorizer
from tornado.httpclient import HTTPResponse

import heatline

Get = Callable[..., HTTPResponse]


class NotHeatline(Authorizer):
    """Allows everything else."""

    def is_authorized(self, handler: Any, user: Any, action: str, resource: str) -> bool:
        return resource != "heatline"


def test_agent_is_code_and_the_name_it_answers_under(get: Get) -> None:
    agent = json.loads(get("heatline", "agent").body)
    assert agent["version"] == heatline.__version__
    assert agent["step_ms"] == 100
    assert agent["module"].startswith("_heatline_")
    compile(agent["code"], "agent", "exec")


def test_agent_for_a_paused_kernel_is_expressions(get: Get) -> None:
    agent = json.loads(get("heatline", "agent", session="debuggee").body)
    assert agent["session"] == "debuggee"
    for expression in (agent["present"], *agent["expressions"], agent["ready"]):
        compile(expression, "agent", "eval")
    assert get("heatline", "agent", session="ruby").code == 400


@pytest.mark.parametrize("token", ["", "wrong"])
def test_agent_is_refused_without_the_token(get: Get, token: str) -> None:
    answer = get("heatline", "agent", token=token)
    assert answer.code == 403
    assert b"_heatline_" not in answer.body


def test_agent_is_refused_to_whom_the_authorizer_refuses_it(
    jp_serverapp: Any, get: Get, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(jp_serverapp.web_app.settings, "authorizer", NotHeatline(parent=jp_serverapp))
    assert get("api", "kernels").code == 200
    assert get("heatline", "agent").code == 403


@pytest.mark.parametrize("jp_base_url", ["/", "/hub/user/ada/"])
def test_agent_stands_below_the_base_url(jp_serverapp: Any, jp_base_url: str, get: Get) -> None:
    assert jp_serverapp.base_url == jp_base_url
    answer = get("heatline", "agent")
    assert answer.code == 200
    assert answer.request.url.split("?")[0].endswith(jp_base_url + "heatline/agent")


class TestSettings:
    @pytest.fixture
    def jp_server_config(self, jp_server_config: dict[str, Any]) -> dict[str, Any]:
        return {**jp_server_config, "HeatlineApp": {"step_ms": 250}}

    def test_a_configured_step_reaches_the_front_end(self, get: Get) -> None:
        assert json.loads(get("heatline", "agent").body)["step_ms"] == 250
