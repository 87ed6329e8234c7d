"""`heatline serve`: models of this machine, for editors on others."""

from __future__ import annotations

import argparse
import asyncio
import re
import sys

from .failures import BadArgument
from .options import Subparsers

PORT = 4719

DESCRIPTION = """Explain with models of this machine, from editors on others, over a websocket.

Clients send the token and name one of the models given here; samples travel by value. Nobody can name code or files of
this machine. Without --certificate and --key only this machine itself can connect, also through 'ssh -L'.
"""

EXAMPLES = f"""examples:
  heatline serve flowers=models.py:flowers
  heatline serve flowers=models.py:flowers reviews=reviews.py:sentiment --device cuda
  HEATLINE_TOKEN=$(cat token) heatline serve flowers=models.py:flowers --port {PORT}
  heatline serve flowers=models.py:flowers --host 0.0.0.0 --certificate cert.pem --key key.pem --token-file token

The token comes from --token-file, else from the environment variable HEATLINE_TOKEN. With neither, one is made and
shown once, if standard output is a terminal. To make one: python -c "import secrets; print(secrets.token_urlsafe(32))"
"""


def add(subparsers: Subparsers) -> None:
    """Declares the subcommand."""
    parser = subparsers.add_parser(
        "serve",
        help="models of this machine, for editors on others",
        description=DESCRIPTION,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("models", metavar="NAME=MODEL", nargs="+", help="a model as in 'heatline explain', and a name")
    parser.add_argument("--host", default="127.0.0.1", help="where to listen (default: this machine alone)")
    parser.add_argument("--port", type=int, default=PORT, help=f"0 for a free one (default: {PORT})")
    parser.add_argument("--certificate", metavar="FILE", help="of TLS, in PEM, with the chain")
    parser.add_argument("--key", metavar="FILE", help="of the certificate, in PEM, without a password")
    parser.add_argument("--token-file", metavar="FILE", help="a file that you alone can read")
    parser.add_argument("--device", help="such as cuda or cpu; where the factories put the models when left out")
    parser.add_argument("--max-message", type=int, default=16, metavar="MB", help="of one request (default: 16)")
    parser.add_argument("--max-clients", type=int, default=64, metavar="N", help="at the same time (default: 64)")
    parser.add_argument("--max-jobs", type=int, default=16, metavar="N", help="of one client (default: 16)")
    parser.add_argument(
        "--max-step",
        type=float,
        default=60.0,
        metavar="SECONDS",
        help="of one step, which should take 0.1; then the models are started anew (default: 60)",
    )
    parser.add_argument(
        "--log-level", choices=["info", "debug"], default="info", help="debug logs contents of requests"
    )
    parser.set_defaults(run=run)


def run(options: argparse.Namespace) -> None:
    """Serves until SIGTERM or SIGINT.

    Raises
    ------
    BadArgument
        If an argument cannot be used, or a model cannot be loaded.
    """
    from ..serve.access import TokenError, generate_token, given_token
    from ..serve.address import AddressError, addresses, tls_context
    from ..serve.limits import Limits
    from ..serve.log import start_logging
    from ..serve.plan import Plan
    from ..serve.server import Server
    from ..serve.supervisor import NotLoaded, Supervisor

    specs = dict(map(_named, options.models))
    if len(specs) < len(options.models):
        raise BadArgument("two models were given the same name. Give each its own.")
    for name in ("max_message", "max_clients", "max_jobs"):
        if getattr(options, name) < 1:
            raise BadArgument(f"--{name.replace('_', '-')} is {getattr(options, name)}. Give at least 1.")
    if not 0 < options.max_step < float("inf"):
        raise BadArgument(f"--max-step is {options.max_step:g}. Give the seconds that a step may take.")
    if not 0 <= options.port < 65536:
        raise BadArgument(f"--port is {options.port}. Give a number from 0 to 65535.")
    try:
        tls = tls_context(options.certificate, options.key)
        listen = addresses(options.host, tls is not None)
        token = given_token(options.token_file)
    except (TokenError, AddressError) as error:
        raise BadArgument(str(error)) from None
    if token is None:
        if not sys.stdout.isatty():
            raise BadArgument(
                "there is no token, and no terminal to show a new one on. Give --token-file or HEATLINE_TOKEN."
            )
        token = generate_token()
        print(f"The token, shown once: {token}", flush=True)
    start_logging(options.log_level)
    message = options.max_message << 20
    limits = Limits(
        message=message,
        waiting=max(Limits.waiting, 2 * message),
        clients=options.max_clients,
        jobs=options.max_jobs,
        step_seconds=options.max_step,
    )
    computer = Supervisor(Plan(specs, options.device, limits.pixels), limits.step_seconds)

    def listening(port: int) -> None:
        host = f"[{listen[0]}]" if ":" in listen[0] else listen[0]
        print(f"heatline serve: listening on {'wss' if tls else 'ws'}://{host}:{port}", flush=True)

    async def serve() -> None:
        try:
            await Server(computer, token, limits).run(listen, options.port, tls, listening)
        finally:
            await computer.close()

    try:
        asyncio.run(serve())
    except NotLoaded as error:
        raise BadArgument(str(error)) from None
    except OSError as error:
        raise BadArgument(f"cannot listen on {options.host} port {options.port}: {error.strerror}.") from None


def _named(argument: str) -> tuple[str, str]:
    name, equals, spec = argument.partition("=")
    if not equals or not spec or not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}", name):
        raise BadArgument(f"'{argument}' is not NAME=MODEL. Write it like flowers=models.py:flowers.")
    return name, spec
