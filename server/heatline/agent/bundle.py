"""The agent as bytes, and the lines that start it: in a new interpreter, or inside a kernel.

A front end brings the agent of its own version along, so that what speaks and what answers always
fit, and nothing of heatline has to be installed where the model lives.
"""

from __future__ import annotations

import base64
import functools
import hashlib
import importlib.resources
import importlib.util
import io
import sys
import zipfile
from pathlib import Path

from .._version import __version__
from ..protocol import DebuggeeCode, KernelCode

if sys.version_info >= (3, 11):
    from importlib.resources.abc import Traversable
else:
    from importlib.abc import Traversable

HEATLINE_PARTS = (
    "__init__.py",
    "_version.py",
    "versions.py",
    "protocol.py",
    "wire.py",
    "framing.py",
    "display.py",
    "progress.py",
    "watching.py",
    "agent",
    "source",
)
"""What of the package `heatline` travels; `attribution_core` travels whole."""

STDIO_BOOT = """
import os, sys
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
sys.path[:] = [entry for entry in sys.path if entry]
stream = open(0, "rb", buffering=0, closefd=False)
def take(count):
    parts = []
    while count and (part := stream.read(count)):
        parts.append(part)
        count -= len(part)
    return b"".join(parts)
header = b""
while not header.endswith(b"\\n"):
    byte = stream.read(1)
    if not byte:
        sys.exit("heatline agent: no agent came over stdin")
    header += byte
name, loader_size, bundle_size = header.split()
scope = {"__name__": "heatline_loader"}
exec(compile(take(int(loader_size)), "<heatline loader>", "exec"), scope)
scope["install"](name.decode(), take(int(bundle_size)))
scope["publish"](name.decode())
scope["load"](name.decode(), "heatline.agent.stdio").main()
"""
"""Reads loader and bundle from stdin, byte-exact, because the protocol follows on the same stream.

OpenMP's threads spin while they wait for one another. Beside another busy program (a training run, say) that makes
torch ten times slower on two cores (measured). Asleep they leave the cores to it, and the editor stays responsive.
"""


@functools.cache
def archive() -> bytes:
    """The agent's sources as a zip archive; the same bytes for the same sources."""
    files: dict[str, bytes] = {}
    core = _without_importing("attribution_core")
    _collect(core, "attribution_core", files)
    package = importlib.resources.files("heatline")
    for part in HEATLINE_PARTS:
        _collect(package / part, f"heatline/{part}", files)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for path in sorted(files):
            entry = zipfile.ZipInfo(path)
            entry.compress_type = zipfile.ZIP_DEFLATED
            target.writestr(entry, files[path])
    return buffer.getvalue()


def _without_importing(package: str) -> Traversable:
    """A package's folder. `importlib.resources.files` would import it, and torch with it."""
    spec = importlib.util.find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ModuleNotFoundError(f"{package}, which heatline's agent is made of, is not installed", name=package)
    return Path(spec.submodule_search_locations[0])


def _collect(place: Traversable, path: str, files: dict[str, bytes]) -> None:
    if place.is_file():
        if path.endswith(".py"):
            files[path] = place.read_bytes()
    elif place.name != "__pycache__":
        for child in place.iterdir():
            _collect(child, f"{path}/{child.name}", files)


def private_name() -> str:
    """The package name under which this version's agent is imported."""
    digest = hashlib.sha256(archive()).hexdigest()[:12]
    return f"_heatline_{__version__.replace('.', '_')}_{digest}"


def loader_source() -> str:
    """The text of `loader.py`."""
    return (importlib.resources.files("heatline") / "agent" / "loader.py").read_text(encoding="utf-8")


def agent_command(python: str) -> list[str]:
    """The command that starts an agent with the interpreter `python`; `stdio_preamble` goes to its stdin first."""
    return [python, "-X", "faulthandler", "-c", STDIO_BOOT]


def stdio_preamble() -> bytes:
    """What a started agent reads before the first message."""
    loader = loader_source().encode()
    header = f"{private_name()} {len(loader)} {len(archive())}\n".encode()
    return header + loader + archive()


def kernel_code() -> KernelCode:
    """The code that brings the agent into a kernel."""
    name = private_name()
    data = base64.b64encode(archive()).decode()
    inner = f"{loader_source()}\nimport base64\ninstall({name!r}, base64.b64decode({data!r}))\n"
    inner += f"load({name!r}, 'heatline.agent.kernel')\n"
    code = f"exec(compile({inner!r}, '<heatline loader>', 'exec'), {{'__name__': 'heatline_loader'}})"
    return KernelCode("kernel", __version__, code, module=f"{name}.heatline.agent.kernel", shield=_shield())


def _shield() -> str:
    text = (importlib.resources.files("heatline") / "agent" / "shield.py").read_text(encoding="utf-8") + "\nput_up()"
    return f"exec(compile({text!r}, '<heatline shield>', 'exec'), {{'__name__': 'heatline_shield'}})"


PART = 60_000
"""Characters of the agent in one expression: debugpy copies and logs expressions whole."""
PREPARE_SECONDS = 0.1


@functools.cache
def debuggee_code() -> DebuggeeCode:
    """The expressions that bring the agent into a paused program."""
    name = private_name()
    data = base64.b64encode(archive()).decode()
    parts = [data[i : i + PART] for i in range(0, len(data), PART)]
    modules = "__import__('sys').modules"
    loader = f"{name}_loader"
    make = f"{modules}.setdefault({loader!r}, __import__('types').ModuleType({loader!r})).__dict__"
    there = f"{modules}[{loader!r}]"
    agent = "heatline.agent.debuggee"
    with_torch = ("attribution_core", "heatline.agent.present", "heatline.agent.provenance")
    wanted = (
        f"('heatline.protocol', 'heatline.agent.service', {agent!r}, *({with_torch!r} if 'torch' in {modules} else ()))"
    )
    return DebuggeeCode(
        session="debuggee",
        version=__version__,
        present=f"{f'{name}.{agent}'!r} in {modules}",
        expressions=[
            f"exec(compile({loader_source()!r}, '<heatline loader>', 'exec'), {make})",
            *(f"{there}.receive({name!r}, {i}, {len(parts)}, {part!r})" for i, part in enumerate(parts)),
        ],
        ready=f"{there}.prepare({name!r}, {wanted}, {PREPARE_SECONDS})",
        module=f"{name}.{agent}",
    )


def debuggee_question(module: str, request: str) -> str:
    """The expression that asks one JSON-RPC request; its value is the response in base64, between quotes."""
    data = base64.b64encode(request.encode("utf-8")).decode()
    return f"__import__('sys').modules[{module!r}].answer({data!r})"


def debuggee_cancel(module: str, job: str) -> str:
    """The expression that cancels a job, for an `evaluate` without a frame: that is answered while a step computes."""
    return f"__import__('sys').modules[{module!r}].cancel({job!r})"


def debuggee_response(result: str) -> str:
    """The JSON-RPC response in the `result` of an `evaluate` response."""
    return base64.b64decode(result.strip("'\"")).decode("utf-8")
