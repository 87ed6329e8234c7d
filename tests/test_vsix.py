"""The VS Code extension as it is packed by `make vsix`: its size, what it carries, and which Pythons that runs on."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import zipfile
from email.parser import HeaderParser
from pathlib import Path
from typing import Any, BinaryIO, cast

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

import heatline
from heatline.framing import frame, read_message

VSIX = Path(__file__).parents[1] / "build" / f"heatline-{heatline.__version__}.vsix"
OLDEST, NEWEST = (3, 10), (3, 14)
PYTHON = "extension/python/"
ELSE = re.compile(
    r"""\[Content_Types\]\.xml | extension\.vsixmanifest
    | extension/(LICENSE\.txt | readme\.md | package\.json | package\.nls\.json)
    | extension/dist/(extension | language-client | renderer | webview)\.js
    | extension/(example/[\w.]+\.py | l10n/[\w.]+\.json | media/icon\.(png | svg) | media/walkthrough/\w+\.md)
    | extension/python/(boot | live)\.py
    | extension/python/(attribution_core | heatline)/([\w]+/)*(\w+\.py | py\.typed)
    | extension/python/vendor/.+(\.py | \.pyi | py\.typed | \.txt | -info/[\w./-]+)""",
    re.VERBOSE,
)

pytestmark = pytest.mark.skipif(not VSIX.is_file(), reason="the VSIX is not built: make vsix")


@pytest.fixture(scope="module")
def carried(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the Python part."""
    folder = tmp_path_factory.mktemp("vsix")
    with zipfile.ZipFile(VSIX) as archive:
        archive.extractall(folder)
    return folder / PYTHON


def test_it_is_small_and_carries_only_what_it_needs() -> None:
    with zipfile.ZipFile(VSIX) as archive:
        files = archive.infolist()
    assert [file.filename for file in files if not ELSE.fullmatch(file.filename)] == []
    sizes = {
        part: sum(f.compress_size for f in files if f.filename.startswith(PYTHON) is part) for part in (True, False)
    }
    assert sizes[False] < 1_000_000, "without the Python part"
    assert sizes[True] < 2_000_000, "the Python part"


def test_its_python_is_written_for_the_oldest_python(carried: Path) -> None:
    sources = sorted(carried.rglob("*.py"))
    assert len(sources) > 200
    for source in sources:
        ast.parse(source.read_bytes(), str(source), feature_version=OLDEST)


@pytest.mark.parametrize("version", [OLDEST, NEWEST])
def test_its_packages_are_all_that_a_python_needs(carried: Path, version: tuple[int, int]) -> None:
    number = "{}.{}".format(*version)
    found = [
        HeaderParser().parsestr(path.read_text("utf-8")) for path in (carried / "vendor").glob("*.dist-info/METADATA")
    ]
    versions = {canonicalize_name(package["Name"]): package["Version"] for package in found}
    assert {"pygls", "parso", "websockets"} <= versions.keys()
    for package in found:
        assert number in SpecifierSet(package["Requires-Python"]), package["Name"]
        for line in package.get_all("Requires-Dist", []):
            needed = Requirement(line)
            if needed.marker and not needed.marker.evaluate({"python_version": number, "extra": ""}):
                continue
            assert versions[canonicalize_name(needed.name)] in needed.specifier, f"{package['Name']} needs {line}"


def pythons() -> list[str]:
    """This interpreter, and the others on the search path that heatline is for."""
    names = [f"python3.{minor}" for minor in range(OLDEST[1], NEWEST[1] + 2) if minor != sys.version_info.minor]
    folders = [
        *os.get_exec_path(),
        *map(str, Path(os.environ.get("PYENV_ROOT", "~/.pyenv")).expanduser().glob("versions/*/bin")),
    ]
    real = [folder for folder in folders if not folder.endswith("shims")]  # of pyenv: they may stand for nothing
    others = (shutil.which(name, path=os.pathsep.join(real)) for name in names)
    return [sys.executable, *(path for path in others if path)]


@pytest.mark.parametrize("python", pythons(), ids=lambda path: Path(path).name)
def test_its_language_server_starts_with_nothing_but_itself(carried: Path, python: str) -> None:
    messages: list[dict[str, Any]] = [
        {"jsonrpc": "2.0", "id": 1, "method": "initialize", "params": {"capabilities": {}, "rootUri": None}},
        {"jsonrpc": "2.0", "method": "initialized", "params": {}},
        {"jsonrpc": "2.0", "id": 2, "method": "heatline/locate", "params": {"source": "a = 'great film'", "offset": 7}},
        {"jsonrpc": "2.0", "id": 3, "method": "shutdown"},
        {"jsonrpc": "2.0", "method": "exit"},
    ]
    command = [python, "-I", "-S", str(carried / "boot.py")]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        sent, received, told = (cast(BinaryIO, stream) for stream in (process.stdin, process.stdout, process.stderr))
        answers: dict[object, dict[str, Any]] = {None: {}}
        for message in messages:
            sent.write(frame(message))
            sent.flush()
            while message.get("id") not in answers:
                answer = read_message(received)
                assert answer is not None, told.read().decode()
                answers[answer.get("id")] = answer
        sent.close()
        assert process.wait(30) == 0
    assert answers[1]["result"]["serverInfo"]["version"] == heatline.__version__
    assert answers[2]["result"]["text"] == "great film"
