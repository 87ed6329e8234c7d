"""What is generated from `protocol.py`: `python -m heatline.codegen [--check] ROOT`.

declarations.py  the protocol read off its source: names in order, docstrings, what a client may leave out
typescript.py    extension/protocol/src/index.ts
schema.py        docs/protocol.schema.json
markdown.py      docs/protocol.md
client.py.txt    the client that stands on that page
"""
