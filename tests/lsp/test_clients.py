"""The server as VS Code, Neovim and Emacs greet it: the capabilities that pytest-lsp has recorded of them.

pytest-lsp also checks each message of the server against the specification.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from lsprotocol import types
from pytest_lsp import LanguageClient, client_capabilities, make_test_lsp_client

from ..agent.workspace import write
from .editor import COMMAND

pytestmark = pytest.mark.filterwarnings("error::pytest_lsp.LspSpecificationWarning")


@pytest.fixture(params=["visual-studio-code", "neovim", "emacs"])
async def client(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[LanguageClient]:
    root = write(tmp_path)
    client = make_test_lsp_client()
    await client.start_io(*COMMAND)

    # What pytest-lsp's client does not know of itself.
    for method in (types.CLIENT_REGISTER_CAPABILITY, types.WORKSPACE_INLAY_HINT_REFRESH):
        client.feature(method)(lambda params: None)
    client.set_configuration({"heatline": {"python": sys.executable, "inlayHints": True}})
    folder = types.WorkspaceFolder(root.as_uri(), "workspace")
    await client.initialize_session(
        types.InitializeParams(
            capabilities=client_capabilities(request.param), root_uri=root.as_uri(), workspace_folders=[folder]
        )
    )
    yield client
    await client.shutdown_session()


async def test_from_the_code_action_to_the_hover(client: LanguageClient, tmp_path: Path) -> None:
    uri = (tmp_path / "use.py").as_uri()
    source = "from models import sentiment\nmodel = sentiment()\npred = model('a good film')\n"
    client.text_document_did_open(
        types.DidOpenTextDocumentParams(types.TextDocumentItem(uri, types.LanguageKind.Python, 1, source))
    )
    document, place = types.TextDocumentIdentifier(uri), types.Position(2, 2)
    hover = types.HoverParams(document, place)
    assert await client.text_document_hover_async(hover) is None
    (action,) = (
        await client.text_document_code_action_async(
            types.CodeActionParams(document, types.Range(place, place), types.CodeActionContext([]))
        )
        or []
    )
    assert action.title == "Explain Prediction with sentiment (models.py)"
    told = await client.workspace_execute_command_async(
        types.ExecuteCommandParams("heatline.explain", [uri, {"line": 2, "character": 2}])
    )
    assert str(told).startswith("sentiment: positive 99.8 %")
    assert client.messages[-1].message == told
    found = await client.text_document_hover_async(hover)
    assert found is not None
    assert isinstance(found.contents, types.MarkupContent)
    assert found.contents.value.startswith("**positive 99.8 %**")
    everything = types.Range(types.Position(0, 0), types.Position(9, 0))
    hints = await client.text_document_inlay_hint_async(types.InlayHintParams(document, everything))
    assert [hint.label for hint in hints or []] == ["positive 99.8 %"]
