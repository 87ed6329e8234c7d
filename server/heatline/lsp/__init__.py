"""The language server: knows source code, and passes computations to agents. It imports no torch.

server.py          every request and what answers it
requests.py        the protocol's own methods, passed through to the right agent
hover.py           hovers on samples
actions.py         code actions and code lenses
command.py         `heatline.explain`, for editors without an extension of ours
summary.py         an explanation in words, as Markdown and as plain text
explained.py       which models were chosen in a folder, and what was explained there
folders.py         workspace folders, and which of them a model belongs to
settings.py        the section `heatline` of the editor's configuration
agents.py          one agent for each folder and interpreter
agent_process.py   one agent subprocess: its life
remote.py          a `heatline serve` elsewhere: requests as it takes them, by value
remote_agent.py    the connection to it
calls.py           JSON-RPC with an agent
json_rpc.py        how pygls reads and answers messages, where ours must differ
stdio.py           frames on stdin and stdout
failures.py        errors of the protocol, raised
"""

from __future__ import annotations


def main() -> None:
    """Serves one editor on stdin and stdout, until it closes them or says `exit`."""
    from .server import serve

    serve()
