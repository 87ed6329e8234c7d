"""The tests are of the built wheel, as people install it, not of the source tree."""

from __future__ import annotations

import importlib.metadata
import json
import sys
import sysconfig
from pathlib import Path

import attribution_core
import heatline

SITE = {Path(sysconfig.get_path(name)).resolve() for name in ("purelib", "platlib")}


def test_what_is_tested_comes_from_site_packages() -> None:
    for package in (attribution_core, heatline):
        assert package.__file__ is not None
        assert SITE & set(Path(package.__file__).resolve().parents), (
            f"{package.__name__} was imported from {package.__file__}; run `make test`, which installs the wheel"
        )


def test_the_wheel_carries_the_jupyterlab_extension_switched_on() -> None:
    share = Path(sys.prefix) / "share" / "jupyter" / "labextensions" / "@heatline" / "jupyterlab"
    assert json.loads((share / "package.json").read_text())["name"] == "@heatline/jupyterlab"
    assert json.loads((share / "install.json").read_text())["packageName"] == "heatline"
    config = Path(sys.prefix) / "etc" / "jupyter" / "jupyter_server_config.d" / "heatline.json"
    assert json.loads(config.read_text())["ServerApp"]["jpserver_extensions"]["heatline.jupyter"] is True


def test_the_versions_agree() -> None:
    assert importlib.metadata.version("heatline") == heatline.__version__
    extensions = Path(__file__).parents[1] / "extension"
    for manifest in extensions.glob("*/package.json"):
        assert json.loads(manifest.read_text(encoding="utf-8"))["version"] == heatline.__version__, manifest


def test_both_packages_are_typed() -> None:
    for package in (attribution_core, heatline):
        assert package.__file__ is not None
        assert (Path(package.__file__).parent / "py.typed").is_file()
