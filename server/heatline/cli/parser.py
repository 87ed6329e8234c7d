"""Arguments that cannot be read are one clear line, too; examples stay as they are written."""

from __future__ import annotations

import argparse
from typing import Any, NoReturn

from .failures import BAD_INPUT


class Help(argparse.RawDescriptionHelpFormatter):
    """Examples as they stand; everything else is filled to the width of the terminal."""

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        if text.startswith("examples:"):
            return super()._fill_text(text, width, indent)
        return argparse.HelpFormatter._fill_text(self, text, width, indent)


class Parser(argparse.ArgumentParser):
    """Also makes the parsers of subcommands."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"formatter_class": Help, **options})

    def error(self, message: str) -> NoReturn:
        """One line, and the exit code for bad input."""
        line = " ".join(message.split())
        self.exit(BAD_INPUT, f"heatline: {line}. `{self.prog} --help` shows what there is.\n")
