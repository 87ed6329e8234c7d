"""`heatline lsp` and `heatline agent`: what editors start."""

from __future__ import annotations

import argparse

from .options import Subparsers


def add(subparsers: Subparsers) -> None:
    """Declares both subcommands."""
    lsp = subparsers.add_parser(
        "lsp",
        help="the language server, over standard input and output",
        description="The language server, over standard input and output. Editors start it; docs/editors.md says how.",
        epilog="examples:\n  heatline lsp --stdio",
    )
    lsp.add_argument("--stdio", action="store_true", help="what it does anyway; some editors say it")
    lsp.set_defaults(run=_lsp)
    agent = subparsers.add_parser(
        "agent",
        help="the agent that runs models, for front ends",
        description="The agent that loads and runs models, over standard input and output: JSON-RPC with "
        "Content-Length headers, see docs/protocol.md.",
        epilog="examples:\n  heatline agent --stdio\n  ssh gpu-machine heatline agent --stdio",
    )
    agent.add_argument("--stdio", action="store_true", required=True, help="over standard input and output")
    agent.set_defaults(run=_agent)


def _lsp(options: argparse.Namespace) -> None:
    from ..lsp import main

    main()


def _agent(options: argparse.Namespace) -> None:
    from ..agent.stdio import main

    main()
