"""The language server with its agent on another machine, here behind a real socket of this one."""

from __future__ import annotations

import asyncio
import base64
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from heatline.lsp.agents import Agents
from heatline.lsp.failures import Failure
from heatline.lsp.remote import LARGEST_FILE, Remote, by_value
from heatline.lsp.remote_agent import RemoteAgent

from ..agent.workspace import write
from ..lsp.editor import Editor, RpcError
from .served import NAMES
from .serving import TOKEN, computing, serving


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Of a `heatline serve` in a folder of its own."""
    folder = write(tmp_path_factory.mktemp("gpu"))
    names = [f"{name}=models.py:{name}" for name in ("sentiment", "picture", "slow")]
    process = subprocess.Popen(
        [sys.executable, "-m", "heatline", "serve", *names, "--port", "0"],
        cwd=folder,
        env={**os.environ, "HEATLINE_TOKEN": TOKEN},
        stdout=subprocess.PIPE,
        stderr=(folder / "log").open("wb"),
    )
    assert process.stdout is not None
    match = re.search(r"listening on (ws://\S+)", process.stdout.readline().decode())
    assert match, (folder / "log").read_text()
    yield match[1]
    process.terminate()
    assert process.wait(30) == 0


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """It has a photo and no models."""
    folder = write(tmp_path_factory.mktemp("workspace"))
    (folder / "models.py").unlink()
    return folder


@pytest.fixture(scope="module")
def editor(address: str, workspace: Path) -> Iterator[Editor]:
    editor = Editor({"server": address})
    editor.open(workspace, options={"token": TOKEN})
    yield editor
    assert editor.close() == 0
    assert TOKEN.encode() not in editor.log


def asked(model: str, sample: dict[str, Any], **more: object) -> dict[str, Any]:
    return {"model": {"kind": "factory", "spec": model}, "sample": sample, **more}


TEXT = {"kind": "text", "text": "a good film"}


def test_the_served_models_are_listed_and_can_be_given_back(editor: Editor) -> None:
    models = editor.request("heatline/models", {})["models"]
    assert [(model["name"], model["inputs"], model["origin"]) for model in models] == [
        ("sentiment", "text", "served"),
        ("picture", "image", "served"),
        ("slow", "text", "served"),
    ]
    found = editor.request("heatline/predict", {"model": models[0]["ref"], "sample": TEXT})
    assert found["classes"][0]["label"] == "positive"


def test_a_factory_stands_for_the_served_model_of_its_name(editor: Editor) -> None:
    found = editor.request("heatline/explain", asked("some/models.py:sentiment", TEXT))
    assert (found["status"], found["picture"]["text"]) == ("final", "a good film")


def test_beside_a_folder_with_models_of_its_own(address: str, workspace: Path, tmp_path: Path) -> None:
    """The served ones are told apart and run on their server; a server that is not there costs no other models."""
    editor = Editor({"python": sys.executable})
    editor.of_folders[workspace.as_uri()] = {"server": address}
    editor.open(write(tmp_path), workspace, options={"token": TOKEN})

    def details() -> dict[str, Any]:
        models = editor.request("heatline/models", {})["models"]
        return {model["detail"]: model["ref"] for model in models if model["name"] == "sentiment"}

    found = details()
    own, served = sorted(found, key=lambda detail: address in detail)
    assert (own, served.partition(" · ")[0]) == (f"{tmp_path.name} · models.py", workspace.name)
    answer = editor.request("heatline/predict", {"model": found[served], "sample": TEXT})
    assert answer["classes"][0]["label"] == "positive"
    editor.of_folders[workspace.as_uri()] = {"server": "ws://127.0.0.1:9"}
    editor.configure()
    assert list(details()) == [own]
    assert editor.close() == 0


def test_an_image_of_the_workspace_travels_by_value(editor: Editor, workspace: Path) -> None:
    path = workspace / "mine.png"
    path.write_bytes((workspace / "photo.png").read_bytes())
    found = editor.request("heatline/explain", asked("picture", {"kind": "file", "path": str(path)}, job="photo"))
    assert (found["picture"]["photo"]["width"], found["sample"]) == (60, "mine.png")
    assert editor.request("heatline/static", {"job": "photo"})["png"]


def test_hovers_ask_the_server_after_a_gesture(editor: Editor, workspace: Path) -> None:
    uri = editor.edit(workspace / "notes.py", 'REVIEW = "a bad film, not good"\n')
    editor.request("heatline/explain", asked("sentiment", TEXT))
    text = editor.hover(uri, 0, 14)
    assert text is not None
    assert "`bad` −0." in text


def test_progress_and_pictures_come_through_and_a_cancel_goes_through(editor: Editor) -> None:
    editor.request("heatline/explain", asked("slow", TEXT, job="steps", steps=40))
    tokens = [params["token"] for params in editor.of("$/progress")]
    assert "steps" in tokens
    assert [params["seq"] for params in editor.of("heatline/update") if params["job"] == "steps"]
    id_ = editor.send("heatline/explain", asked("slow", TEXT, job="long", steps=4000))
    editor.until(lambda n: n["method"] == "$/progress" and n["params"]["token"] == "long")
    editor.cancel(id_)
    with pytest.raises(RpcError) as error:
        editor.answer(id_)
    assert error.value.kind == "cancelled"
    assert editor.request("heatline/predict", asked("sentiment", TEXT))["classes"]


@pytest.mark.parametrize(
    ("model", "sample", "complaint"),
    [
        ("models.py:other", TEXT, "no model is served as 'other'"),
        ("picture", {"kind": "file", "path": "gone.png"}, "gone.png cannot be read"),
        ("picture", TEXT, "the model reads images"),
    ],
)
def test_what_cannot_be_explained_there_is_said(editor: Editor, model: str, sample: Any, complaint: str) -> None:
    with pytest.raises(RpcError, match=complaint):
        editor.request("heatline/explain", asked(model, sample))


@pytest.mark.parametrize(
    ("server", "token", "complaint", "step"),
    [
        (None, "wrong-token-0123456789", "does not know the token", "HEATLINE_TOKEN"),
        (None, "", "needs a token", "HEATLINE_TOKEN"),
        ("ws://192.0.2.1:4719", TOKEN, "without TLS the token could be read on its way", "wss://"),
        ("http://127.0.0.1:1", TOKEN, "is no address", "wss://"),
        (f"ws://127.0.0.1:1/?token={TOKEN}", TOKEN, "'heatline.server' is no address", "wss://"),
        ("ws://127.0.0.1:1", TOKEN, "cannot be reached", "heatline serve"),
    ],
)
async def test_a_server_that_cannot_be_had(
    address: str, server: str | None, token: str, complaint: str, step: str
) -> None:
    with pytest.raises(Failure) as error:
        await RemoteAgent.start(Remote(server or address, "/"), token)
    assert complaint in str(error.value)
    assert step in error.value.line
    assert TOKEN not in f"{error.value} {error.value.data}"


async def test_a_redirect_gets_no_token() -> None:
    """Whoever answers at the address may not send us, and the token with us, to somebody else."""
    seen: list[str] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        seen.append((await reader.readuntil(b"\r\n\r\n")).decode())
        there = f"ws://localhost:{listener.sockets[0].getsockname()[1]}/other"
        writer.write(f"HTTP/1.1 302 Found\r\nLocation: {there}\r\nContent-Length: 0\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    listener = await asyncio.start_server(answer, "127.0.0.1", 0)
    async with listener:
        url = f"ws://127.0.0.1:{listener.sockets[0].getsockname()[1]}"
        with pytest.raises(Failure, match="answered 302"):
            await RemoteAgent.start(Remote(url, "/"), TOKEN)
    assert len(seen) == 1


async def test_a_connection_that_ends_costs_the_requests_under_way_and_the_next_one_connects_again() -> None:
    async def token_of(address: str) -> str:
        return TOKEN

    agents = Agents(token_of)
    async with computing() as computer, serving(computer) as running:
        place = Remote(running.url, "/")
        agent = await agents.of(place)
        assert [model.name for model in agents.served(place)] == list(NAMES)
        under_way = asyncio.create_task(agent.request("heatline/explain", asked("slow", TEXT, steps=4000)))
        while not running.computes:
            await asyncio.sleep(0.01)
        (client,) = running.server._clients
        client._connection.transport.abort()
        with pytest.raises(Failure, match=f"the connection to {running.url} ended") as error:
            await under_way
        assert error.value.kind == "agent-died"
        assert agents.served(place) == []
        again = await agents.of(place)
        assert again is not agent
        assert (await again.request("heatline/predict", asked("words", TEXT)))["classes"]
        await agents.close()


def test_a_client_is_asked_for_the_token_of_an_address_with_each_connection(address: str, workspace: Path) -> None:
    editor = Editor({"server": address})
    editor.open(workspace, options={"token": True})
    with pytest.raises(RpcError, match="needs a token") as error:
        editor.request("heatline/models", {})
    assert error.value.kind == "no-token"
    editor.tokens[address] = TOKEN
    assert editor.request("heatline/models", {})["models"]
    assert [message["params"] for message in editor.asked if message["method"] == "heatline/token"] == [
        {"address": address}
    ] * 2
    assert editor.close() == 0
    assert TOKEN.encode() not in editor.log


def test_nobody_is_asked_for_a_token_that_could_not_be_sent(workspace: Path) -> None:
    editor = Editor({"server": "ws://192.0.2.1:4719"})
    editor.open(workspace, options={"token": True})
    with pytest.raises(RpcError, match="without TLS"):
        editor.request("heatline/models", {})
    assert not [message for message in editor.asked if message["method"] == "heatline/token"]
    editor.close()


def test_files_go_as_bytes_and_too_large_ones_not_at_all(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"good")
    sample = by_value({"sample": {"kind": "file", "path": "a.txt"}, "device": "cuda"}, str(tmp_path))
    data = base64.b64encode(b"good").decode()
    assert sample == {"sample": {"kind": "bytes", "name": "a.txt", "data": data}}
    with (tmp_path / "large.png").open("wb") as file:
        file.truncate(LARGEST_FILE + 1)
    with pytest.raises(Failure, match="has 11 MB"):
        by_value({"sample": {"kind": "file", "path": "large.png"}}, str(tmp_path))


@pytest.mark.parametrize(
    "url", ["wss://gpu.example.org:4719", "wss://gpu.example.org", "ws://localhost:1", "ws://[::1]:1"]
)
def test_addresses_that_a_token_may_go_to(url: str) -> None:
    Remote(url, "/").check()
