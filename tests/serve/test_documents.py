"""docs/security.md and docs/remote.md say what is so."""

from __future__ import annotations

import ast
import asyncio
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import attribution_core
import heatline
from heatline.cli.main import _parser
from heatline.lsp.settings import Settings, read

from ..agent.workspace import write

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
pytestmark = pytest.mark.skipif(not (DOCS / "security.md").exists(), reason="the documents are not beside the tests")


def rows() -> list[list[str]]:
    table = [line for line in (DOCS / "security.md").read_text(encoding="utf-8").splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table[2:]]


def test_each_row_of_the_security_table_is_shown_by_a_test() -> None:
    assert len(rows()) > 25
    for row in rows():
        assert len(row) == 4, row
        assert re.search(r"`tests/[\w/.]+(::\w+)?`", row[3]), row


@pytest.mark.parametrize("page", ["security.md", "architecture.md"])
def test_each_test_that_is_named_exists(page: str) -> None:
    text = (DOCS / page).read_text(encoding="utf-8")
    missing = []
    for file, name in set(re.findall(r"`(tests/[\w/]+\.py)(?:::(\w+))?`", text)):
        path = ROOT / file
        functions = _functions(path) if path.exists() else set()
        if not path.exists() or (name and name not in functions):
            missing.append(f"{file}::{name}")
    assert not missing
    if (ROOT / "tests" / "e2e").exists():  # they are no part of an sdist
        for file, title in re.findall(r'`(tests/e2e/[\w/.]+\.mjs)`(?: "([^"]+)")?', text):
            assert title in (ROOT / file).read_text(encoding="utf-8"), (file, title)


def _functions(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))}


def test_only_heatline_serve_listens() -> None:
    """No other part of ours opens a socket that somebody could connect to."""
    server, core = Path(heatline.__file__).parent, Path(attribution_core.__file__).parent
    sources = [*server.rglob("*.py"), *core.rglob("*.py"), *(ROOT / "extension").glob("*/src/**/*.ts")]
    assert len(sources) > 100
    listening = r"\b(create_server|start_server|createServer|unix_serve)\(|with serve\(|\.listen\(|\bsocketserver\b"
    found = {path.name for path in sources if re.search(listening, path.read_text(encoding="utf-8"))}
    assert found <= {"server.py"}, found
    assert not re.search(listening, (server / "lsp" / "server.py").read_text(encoding="utf-8"))
    assert re.search(listening, (server / "serve" / "server.py").read_text(encoding="utf-8"))


def blocks(language: str) -> list[str]:
    text = (DOCS / "remote.md").read_text(encoding="utf-8")
    found = re.findall(rf"^( *)```{language}\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL)
    return [re.sub(rf"^{indent}", "", block, flags=re.MULTILINE) for indent, block in found]


def test_the_commands_are_commands_of_ours() -> None:
    commands = [line for block in blocks("shell") for line in block.splitlines() if line.startswith("heatline ")]
    assert len(commands) == 2
    for command in commands:
        _parser().parse_args(shlex.split(command)[1:])


def test_the_settings_are_settings_of_ours() -> None:
    for block in blocks("json"):
        given = {name.removeprefix("heatline."): value for name, value in json.loads(block).items()}
        found = read(given)
        changed = [name for name in vars(found) if getattr(found, name) != getattr(Settings(), name)]
        assert len(changed) == len(given), (given, changed)


@pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl is not installed")
async def test_the_page_read_from_top_to_bottom(tmp_path: Path) -> None:
    """Token, certificate, server and the program at the end, as they stand there."""
    write(tmp_path)
    (tmp_path / "reviews.py").write_text("from models import sentiment\n")
    first, _, certificate = blocks("shell")
    make_token, serve = first.splitlines()
    environment = {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}
    for command in (make_token, certificate):
        done = subprocess.run(["sh", "-c", command], cwd=tmp_path, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stderr
    assert (tmp_path / "key.pem").exists()
    token = (tmp_path / "token").read_text().strip()
    words = [word for word in shlex.split(serve)[1:] if word not in ("flowers=models.py:flowers", "--device", "cuda")]
    process = subprocess.Popen(
        [sys.executable, "-m", "heatline", *words, "--port", "0"], cwd=tmp_path, stdout=subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        line = await asyncio.to_thread(process.stdout.readline)
        port = line.decode().strip().rpartition(":")[2]
        (program,) = blocks("python")
        done = await asyncio.to_thread(
            subprocess.run,
            [sys.executable, "-c", program.replace("4719", port)],
            env={**os.environ, "HEATLINE_TOKEN": token},
            capture_output=True,
            text=True,
        )
        assert "'label': 'positive'" in done.stdout, done.stderr
    finally:
        process.terminate()
        assert process.wait(30) == 0
