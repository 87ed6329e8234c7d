"""`heatline serve` as a process of its own."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import ssl
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import InvalidMessage

from heatline.cli import main
from heatline.lsp.failures import Failure
from heatline.lsp.remote import Remote
from heatline.lsp.remote_agent import RemoteAgent

from ..agent.workspace import write
from .serving import TOKEN, Caller, asking, untrusting

COMMAND = [sys.executable, "-m", "heatline", "serve", "words=models.py:sentiment", "hangs=models.py:hangs",
           "--port", "0"]  # fmt: skip
openssl = pytest.mark.skipif(shutil.which("openssl") is None, reason="makes its certificate with openssl")


def _environment(token: str | None) -> dict[str, str]:
    environment = {key: value for key, value in os.environ.items() if key != "HEATLINE_TOKEN"}
    return environment if token is None else {**environment, "HEATLINE_TOKEN": token}


def _until(process: subprocess.Popen[bytes], read: Callable[[], bytes], pattern: bytes) -> bytes:
    """What matches the pattern in the process's output, once it is there."""
    text = b""
    while (found := re.search(pattern, text)) is None:
        data = read()
        assert data, f"ended with {process.wait(20)} after {text.decode()}"
        text += data
    return found[1]


async def _logged(folder: Path, words: str) -> None:
    while words not in (folder / "log").read_text():
        await asyncio.sleep(0.05)


@openssl
async def test_tls_from_start_to_stop(tmp_path: Path) -> None:
    """A certificate made on the spot, a client that verifies it and one that does not know it."""
    write(tmp_path)
    make = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days",
            "2", "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost", "-keyout", "key.pem", "-out",
            "cert.pem"]  # fmt: skip
    subprocess.run(make, cwd=tmp_path, check=True, capture_output=True)
    command = [*COMMAND, "--host", "0.0.0.0", "--certificate", "cert.pem", "--key", "key.pem"]
    process = subprocess.Popen(
        command, cwd=tmp_path, env=_environment(TOKEN), stdout=subprocess.PIPE, stderr=(tmp_path / "log").open("wb")
    )
    try:
        assert process.stdout is not None
        line = await asyncio.to_thread(_until, process, process.stdout.readline, rb"listening on (wss://.*)\n")
        url = f"wss://localhost:{line.decode().rpartition(':')[2]}/"
        headers = {"Authorization": f"Bearer {TOKEN}"}
        with pytest.raises(ssl.SSLCertVerificationError):
            await connect(url, additional_headers=headers, proxy=None)
        with pytest.raises(Failure, match="a certificate not to be trusted"):
            await RemoteAgent.start(Remote(url, "/"), TOKEN)
        with pytest.raises((InvalidMessage, OSError, EOFError)):
            await connect(url.replace("wss", "ws"), additional_headers=headers, proxy=None)
        trusted = untrusting(str(tmp_path / "cert.pem"))
        async with connect(url, additional_headers=headers, ssl=trusted, proxy=None, open_timeout=60) as connection:
            caller = Caller(connection)
            found = await caller.result("heatline/predict", asking("words", "a good film"))
            assert (found["model"], found["classes"][0]["label"]) == ("words", "positive")
            process.send_signal(signal.SIGTERM)
            assert await asyncio.to_thread(process.wait, 30) == 0
        assert TOKEN not in (tmp_path / "log").read_text()
        assert "a good film" not in (tmp_path / "log").read_text()
    finally:
        process.kill()
        process.wait()


@pytest.mark.skipif(sys.platform == "win32", reason="needs a pseudo-terminal")
async def test_a_token_is_shown_once_on_a_terminal_and_a_hang_does_not_outlive_two_signals(tmp_path: Path) -> None:
    import pty

    write(tmp_path)
    terminal, theirs = pty.openpty()
    process = subprocess.Popen(
        COMMAND, cwd=tmp_path, env=_environment(None), stdout=theirs, stderr=(tmp_path / "log").open("wb")
    )
    os.close(theirs)
    try:
        shown = await asyncio.to_thread(
            _until, process, lambda: os.read(terminal, 4096), rb"(?s)(token, .*?: .*listening on .*)\r\n"
        )
        match = re.fullmatch(r"token, shown once: (\S{43})\r\n.*listening on (ws://127\.0\.0\.1:\d+)", shown.decode())
        assert match, shown
        async with connect(match[2], additional_headers={"Authorization": f"Bearer {match[1]}"}, proxy=None) as opened:
            caller = Caller(opened)
            assert (await caller.result("heatline/models"))["models"][0]["name"] == "words"
            await caller.send("heatline/predict", asking("hangs"))
            await _logged(tmp_path, "hanging")
            process.send_signal(signal.SIGINT)
            await _logged(tmp_path, "stopping")
            process.send_signal(signal.SIGINT)
            assert await asyncio.to_thread(process.wait, 30) == 1
        assert match[1] not in (tmp_path / "log").read_text()
    finally:
        process.kill()
        process.wait()
        os.close(terminal)


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["words"], "'words' is not NAME=MODEL. Write it like"),
        (["../x=models.py:f"], "is not NAME=MODEL"),
        (["a=m.py:f", "a=m.py:g"], "two models were given the same name"),
        (["a=m.py:f"], "there is no token, and no terminal to show a new one on"),
        (["a=m.py:f", "--host", "0.0.0.0"], "without TLS they could read the token"),
        (["a=m.py:f", "--certificate", "cert.pem"], "both --certificate and --key"),
        (["a=m.py:f", "--token-file", "gone"], "the token file gone cannot be read"),
        (["a=m.py:f", "--port", "70000"], "--port is 70000"),
        (["a=m.py:f", "--max-jobs", "0"], "--max-jobs is 0"),
        (["a=m.py:f", "--max-step", "0"], "--max-step is 0"),
        (["a=m.py:f", "--max-step", "nan"], "--max-step is nan"),
    ],
)
def test_what_cannot_be_served_is_said_in_one_line(
    arguments: list[str], complaint: str, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("HEATLINE_TOKEN", raising=False)
    assert main(["serve", *arguments]) == 2
    error = capfd.readouterr().err
    assert complaint in error
    assert error.count("\n") == 1


def test_a_model_that_cannot_be_loaded_and_a_port_in_use_end_the_server(
    tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    import socket

    monkeypatch.chdir(write(tmp_path))
    monkeypatch.setenv("HEATLINE_TOKEN", TOKEN)
    assert main(["serve", "gone=models.py:gone", "--port", "0"]) == 2
    assert "there is no 'gone' in models.py" in capfd.readouterr().err
    monkeypatch.setenv("HEATLINE_TOKEN", TOKEN)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        assert main(["serve", "a=models.py:sentiment", "--port", str(taken.getsockname()[1])]) == 2
    assert "cannot listen on 127.0.0.1 port" in capfd.readouterr().err


def test_the_help_shows_examples_that_can_be_read(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["serve", "--help"])
    text = capsys.readouterr().out
    assert "heatline serve flowers=models.py:flowers" in text
    for option in re.findall(r"(?<![\w-])--[a-z][a-z-]+", text.partition("examples:")[2]):
        assert option in text.partition("examples:")[0], option
