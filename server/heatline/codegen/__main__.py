"""Writes what is generated from the protocol, or says what is stale."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from .markdown import markdown
from .schema import schema
from .typescript import typescript

TARGETS = {
    "extension/protocol/src/index.ts": typescript,
    "docs/protocol.schema.json": schema,
    "docs/protocol.md": markdown,
}


def main(arguments: list[str] | None = None) -> int:
    """Writes the files below ROOT; with `--check` writes nothing, and the exit code is 1 where one is stale."""
    parser = argparse.ArgumentParser(prog="python -m heatline.codegen", description=__doc__)
    parser.add_argument("root", type=Path)
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 where a file is stale")
    options = parser.parse_args(arguments)
    stale = False
    for name, generated in TARGETS.items():
        target: Path = options.root / name
        wanted = generated()
        if target.exists() and target.read_text(encoding="utf-8") == wanted:
            continue
        stale = True
        if options.check:
            print(f"{name} is stale: run `make codegen`", file=sys.stderr)
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(wanted, encoding="utf-8")
    return int(stale and options.check)


if __name__ == "__main__":
    sys.exit(main())
