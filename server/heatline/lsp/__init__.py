"""The language server: knows source code, and passes computations to agents. It imports no torch.

server.py          every request and what answers it
requests.py        the protocol's own methods, passed through to the right agent
samples.py         string literals, and predictions, as samples
program.py         the text that a place stands in: a file, or a notebook's cells
hover.py           hovers on samples and predictions
inline.py          inlay hints, and scores on the words of a literal
actions.py         code actions and code lenses
command.py         what our commands do, for editors without an extension of ours
asking.py          questions and progress bars of those commands
datasets.py        data sets in a workspace
summary.py         an explanation in words, as Markdown and as plain text
explained.py       which models were chosen in a folder, and what was explained there
folders.py         workspace folders, and which of them a model belongs to
configuration.py   what pyproject.toml says
settings.py        the section `heatline` of the editor's configuration
launch.py          how an agent is started: in an interpreter, or by a command such as ssh
agents.py          one agent for each folder and way of starting it
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
