"""Starts the language server that the extension carries, with nothing but what stands beside this file."""

import sys
from pathlib import Path

OLDEST = (3, 10)

if sys.version_info < OLDEST:
    sys.exit("heatline needs Python {}.{} or newer, this is {}.{}".format(*OLDEST, *sys.version_info[:2]))

here = Path(__file__).resolve().parent
sys.path[:0] = [str(here), str(here / "vendor")]

from heatline.lsp import main  # noqa: E402  (its path is known only now)

main()
