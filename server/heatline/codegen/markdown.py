"""The reference for people."""

from __future__ import annotations

import importlib.resources
from typing import Any, Literal, get_args, get_origin

from .. import protocol
from .._version import __version__
from .declarations import UNIONS, declared, documentation, is_named_type, is_optional, name_of, own_fields, parent_of

PRIMITIVES = {str: "string", int: "integer", float: "number", bool: "true or false", type(None): "null", object: "any"}

OPENING = """<!-- Written by `make codegen` from server/heatline/protocol.py. Do not edit. -->

# The protocol

Whoever asks for explanations (the language server, JupyterLab, a program of yours) speaks JSON-RPC 2.0 with an agent,
which lives where the model lives. Over a pipe each message has a header, as in the Language Server Protocol:
`Content-Length: N`, an empty line (`\\r\\n` twice), N bytes of JSON. Over a websocket each message is one text frame.

The types below are declared in `server/heatline/protocol.py`. From it come `extension/protocol/` (TypeScript),
[protocol.schema.json](protocol.schema.json) and this page.

## A client

It needs nothing but Python's standard library.

```python
{client}```

With it, in a folder with a `models.py` that has a factory `sentiment`:

```python
agent = Agent(".")
offered = agent.request("heatline/models", {{}})["models"]
model = next(model["ref"] for model in offered if model["name"] == "sentiment")
sample = {{"kind": "text", "text": "a good film"}}
found = agent.request("heatline/explain", {{"model": model, "sample": sample}})
for word in found["picture"]["words"]:
    print(f"{{word['text']:>12}} {{word['score']:+.3f}}")
agent.close()
```

## A conversation

1. The first request is `heatline/initialize`. An agent that speaks another protocol answers `version`, and a client
   that finds another number in the answer says so and leaves.
2. Requests may overlap; the agent computes on them in turns of a tenth of a second. An id is free again once it was
   answered.
3. A request with a `job` is told of: `$/progress` says what is done, how far it is and how long it will still take;
   `heatline/update` brings a better picture, which replaces the one before. The first is one gradient. The answer to
   the request is the final result. After it the agent remembers the job's name for a while, for `heatline/export`.
4. The notification `$/cancelRequest` with the request's `id` ends it; the answer is the error `cancelled`, within a
   step.
5. An equal request is answered from memory, as long as the model's files and the sample are the same. A model is
   loaded anew when a file that it was made of has changed.
6. After `heatline/shutdown` every request is refused. The agent ends when its stdin is closed.

Where there is no stream (a kernel, a paused program), a client pulls: `job/start` names a method and its parameters,
`job/step` computes for a moment and returns an event, `job/drop` ends it.

The agent's stderr is its log: what the person's code prints, and of a request that failed the kind of error. With
`HEATLINE_DEBUG` set in its environment, also the error's message and traceback, in which parts of a sample may stand.

A message to an agent has at most 64 MB. Arrays are base64: 16-bit integers with a scale for the screen, floats in what
`heatline/export` gives. Nothing is compressed, because that would take longer than sending it.
"""


def markdown() -> str:
    """The whole page."""
    docs = documentation()
    client = (importlib.resources.files(__package__) / "client.py.txt").read_text(encoding="utf-8")
    client = client.replace("VERSION", __version__).replace("PROTOCOL", str(protocol.PROTOCOL))
    parts = [OPENING.format(client=client), _methods(docs), _notifications(), _errors(docs), "## Types\n"]
    for name, value in declared():
        if isinstance(value, type):
            parts.append(_object(value, docs))
        elif is_named_type(value):
            text = docs.get(name)
            parts.append(f"### {name}\n\n{_inner(value)}\n" + (f"\n{text}\n" if text else ""))
    return "\n".join(parts)


def _methods(docs: dict[str, str]) -> str:
    rows = [
        f"| `{method}` | {_type(params)} | {_type(result)} |" for method, (params, result) in protocol.REQUESTS.items()
    ]
    return "\n".join(["## Methods\n", "| method | parameters | result |", "|---|---|---|", *rows, ""])


def _notifications() -> str:
    rows = [f"| `{method}` | {_type(params)} |" for method, params in protocol.NOTIFICATIONS.items()]
    return "\n".join(["From the agent:\n", "| notification | parameters |", "|---|---|", *rows, ""])


def _errors(docs: dict[str, str]) -> str:
    rows = [f"| `{kind}` | {code} |" for kind, code in protocol.ERROR_CODES.items()]
    what = "An error's `message` is one line that names what was wrong; its `data` is an [ErrorData](#errordata)."
    return "\n".join(["## Errors\n", what, "", docs["ERROR_CODES"], "", "| kind | code |", "|---|---|", *rows, ""])


def _object(cls: type, docs: dict[str, str]) -> str:
    lines = [f"### {cls.__name__}\n"]
    if docs.get(cls.__name__):
        lines.append(docs[cls.__name__] + "\n")
    parent = parent_of(cls)
    if parent:
        lines.append(f"All of [{parent.__name__}](#{parent.__name__.lower()}), and:\n")
    for spec, hint in own_fields(cls):
        optional = ", optional" if is_optional(spec, cls) else ""
        doc = " ".join(docs.get(f"{cls.__name__}.{spec.name}", "").split())
        lines.append(f"- `{spec.name}`: {_type(hint)}{optional}" + (f". {doc}" if doc else ""))
    return "\n".join([*lines, ""])


def _type(hint: Any) -> str:
    """A type where it is used: named ones as links."""
    name = name_of(hint)
    return f"[{name}](#{name.lower()})" if name else _inner(hint)


def _inner(hint: Any) -> str:
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is Literal:
        return " or ".join(f"`{value}`" for value in arguments)
    if origin in UNIONS:
        return " or ".join(_type(argument) for argument in arguments)
    if origin is list:
        return f"list of {_type(arguments[0])}"
    if origin is dict:
        return f"object of {_type(arguments[1])}"
    return PRIMITIVES[hint]
