"""Neovim as a second language client: nothing of ours is installed in it but the command line of the server."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from ..agent.workspace import write
from .editor import COMMAND

NVIM = shutil.which("nvim")

SCRIPT = """
local function session()
  local told = {}
  vim.lsp.handlers['window/showMessage'] = function(_, result) table.insert(told, result.message) end

  local client = vim.lsp.start_client({
    name = 'heatline', cmd = COMMAND, root_dir = ROOT, settings = { heatline = { python = PYTHON } },
    workspace_folders = { { uri = vim.uri_from_fname(ROOT), name = 'workspace' } },
  })
  vim.lsp.buf_attach_client(0, client)
  vim.wait(30000, function()
    local started = vim.lsp.get_client_by_id(client)
    return started == nil or started.initialized
  end, 50)

  local function float()
    for _, window in ipairs(vim.api.nvim_list_wins()) do
      if vim.api.nvim_win_get_config(window).relative ~= '' then
        return vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, false)
      end
    end
  end

  -- As a person does it: the cursor on the string, the code action that names the model, then the hover.
  vim.api.nvim_win_set_cursor(0, { 1, 10 })
  vim.lsp.buf.hover()
  vim.wait(1000, function() return float() ~= nil end, 50)
  local before = float()

  local params = vim.lsp.util.make_range_params()
  params.context = { diagnostics = {} }
  local answers = vim.lsp.buf_request_sync(0, 'textDocument/codeAction', params, 30000)
  local actions = answers[client].result
  vim.lsp.buf.execute_command(actions[1].command)
  vim.wait(60000, function() return #told > 0 end, 50)

  vim.lsp.buf.hover()
  vim.wait(20000, function() return float() ~= nil end, 50)

  local file = io.open(OUT, 'w')
  file:write(vim.json.encode({ before = before, action = actions[1].title, told = told, float = float() }))
  file:close()
end

local well, problem = pcall(session)
if not well then io.stderr:write(tostring(problem)) end
vim.cmd(well and 'qa!' or 'cquit!')
"""


def lua(value: Any) -> str:
    """Strings and lists of strings."""
    return "{" + ", ".join(map(lua, value)) + "}" if isinstance(value, list) else json.dumps(value)


def test_neovim_shows_an_explanation_in_its_float(tmp_path: Path) -> None:
    if NVIM is None:
        missing = "nvim is not installed; get it with 'apt-get install neovim'"
        if os.environ.get("HEATLINE_REQUIRE_EDITORS") == "1":
            pytest.fail(missing)
        pytest.skip(missing)
    root = write(tmp_path)
    (root / "use.py").write_text('text = "a good film"\n')
    out = tmp_path / "out.json"
    names = {"COMMAND": COMMAND, "ROOT": str(root), "PYTHON": sys.executable, "OUT": str(out)}
    script = tmp_path / "probe.lua"
    script.write_text("".join(f"local {name} = {lua(value)}\n" for name, value in names.items()) + SCRIPT)
    environment = os.environ | {"XDG_STATE_HOME": str(tmp_path), "XDG_CACHE_HOME": str(tmp_path)}
    command = [NVIM, "--headless", "--clean", "-u", "NONE", "-S", str(script), str(root / "use.py")]
    subprocess.run(command, check=True, timeout=110, cwd=root, env=environment)

    found = json.loads(out.read_text())
    assert "before" not in found  # no hover, and no agent, before the gesture
    assert found["action"] == "Explain Prediction with sentiment (models.py)"
    assert found["told"][0].startswith("sentiment: positive 99.8 %")
    text = "\n".join(found["float"])
    assert "positive 99.8 %" in text
    assert "`good` +0.2" in text
