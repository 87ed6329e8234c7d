"""The invariants of docs/architecture.md that can be read off imports and sources."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import attribution_core
import heatline
from heatline.agent.bundle import HEATLINE_PARTS

ROOT = Path(__file__).parent.parent
CORE = Path(attribution_core.__file__).parent
SERVER = Path(heatline.__file__).parent
TRAVELLING = sorted(
    file
    for place in [CORE, *(SERVER / part for part in HEATLINE_PARTS)]
    for file in ([place] if place.is_file() else place.rglob("*.py"))
)


def imported_by(code: str) -> set[str]:
    """The top-level modules that a fresh interpreter has imported after running `code`."""
    report = "import sys; print(*{name.partition('.')[0] for name in sys.modules})"
    run = subprocess.run([sys.executable, "-c", f"{code}\n{report}"], capture_output=True, text=True, check=True)
    return set(run.stdout.split())


def test_core_imports_nothing_of_heatline() -> None:
    assert "heatline" not in imported_by("import attribution_core")
    for file in CORE.rglob("*.py"):
        assert not re.search(r"^\s*(from|import) heatline\b", file.read_text(encoding="utf-8"), re.MULTILINE), file


def test_language_server_imports_no_torch() -> None:
    found = imported_by("import heatline.lsp, heatline.lsp.server")
    assert "pygls" in found
    assert not found & {"torch", "numpy", "attribution_core"}


def test_the_server_for_clients_elsewhere_imports_no_torch() -> None:
    """Its models compute in a process of their own."""
    found = imported_by("import heatline.serve.server")
    assert "websockets" in found
    assert not found & {"torch", "numpy", "attribution_core"}


def test_import_heatline_is_light() -> None:
    assert not imported_by("import heatline") & {"torch", "pygls", "numpy", "attribution_core", "parso"}


def test_travelling_code_imports_portably() -> None:
    """Relatively within a package, and `from attribution_core import ...` across: see agent/loader.py."""
    assert len(TRAVELLING) > 20
    for file in TRAVELLING:
        own = "attribution_core" if CORE in file.parents else "heatline"
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                names = {alias.name.partition(".")[0] for alias in node.names}
                assert not names & {"attribution_core", "heatline"}, f"{file}:{node.lineno}"
            elif isinstance(node, ast.ImportFrom) and node.level == 0:
                assert (node.module or "").partition(".")[0] != own, f"{file}:{node.lineno}"


VIEWS = sorted((ROOT / "extension" / "views" / "src").rglob("*.ts"))


@pytest.mark.skipif(not VIEWS, reason="the views' sources are not beside the tests")
def test_views_know_no_editor() -> None:
    for file in VIEWS:
        found = re.findall(r"""from ['"]([^'"]+)['"]""", file.read_text(encoding="utf-8"))
        foreign = [m for m in found if not re.match(r"\.|lit($|[/-])|lit-html|@heatline/protocol$", m)]
        assert not foreign, f"{file.name} imports {foreign}"


@pytest.mark.skipif(not VIEWS, reason="the views' sources are not beside the tests")
def test_views_fetch_nothing() -> None:
    for file in VIEWS:
        text = file.read_text(encoding="utf-8")
        assert not re.search(r"\bfetch\(|XMLHttpRequest|WebSocket|@import|url\(\s*['\"]?http|src=['\"]http", text), file
