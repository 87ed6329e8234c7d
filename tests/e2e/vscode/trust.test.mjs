/** Nothing is run that the person did not ask for: without trust, and without a model. */

import assert from 'node:assert/strict';
import { cpSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { test } from 'node:test';

import { eventually } from '../lib/browser.mjs';
import { CodeServer } from '../lib/code-server.mjs';
import { CODE_SERVER, FIXTURES, VSIX, missing } from '../lib/paths.mjs';
import { Workbench } from '../lib/vscode.mjs';

const skip = missing(CODE_SERVER, VSIX);

/** Runs `work` in a fresh VS Code, and photographs it where it fails. */
async function inWorkbench(name, options, work) {
  const server = await CodeServer.start(options);
  const code = await Workbench.open(server).catch(async (error) => {
    await server.stop();
    throw error;
  });
  try {
    await work(code, server);
  } catch (error) {
    await code.screenshot(`failed-${name}`);
    throw error;
  } finally {
    await code.close();
    await server.stop();
  }
}

test('an untrusted workspace: nothing runs, and one line says why', { skip, timeout: 120000 }, async () => {
  const settings = { 'security.workspace.trust.startupPrompt': 'never', 'security.workspace.trust.banner': 'never' };
  const options = { workspace: `${FIXTURES}/workspace`, settings, trusted: false };
  await inWorkbench('untrusted', options, async (code, server) => {
    await code.explorerMenu('lamp.png', 'Explain Prediction...');
    await code.toast('you have not trusted it').waitFor();
    assert.deepEqual(server.agents(), []);
    assert.deepEqual(server.running('boot.py'), [], 'not even the language server');
    await code.screenshot('vscode-untrusted');
  });
});

test('no model in the workspace: how to write one, and a button that begins it', { skip, timeout: 120000 }, async () => {
  const workspace = mkdtempSync(path.join(os.tmpdir(), 'heatline-no-model-'));
  cpSync(`${FIXTURES}/workspace/lamp.png`, path.join(workspace, 'lamp.png'));
  try {
    await inWorkbench('no-model', { workspace }, async (code) => {
      await code.explorerMenu('lamp.png', 'Explain Prediction...');
      const toast = code.toast('No model was found in this workspace');
      await toast.waitFor({ timeout: 30000 });
      await code.screenshot('vscode-no-model');
      await toast.getByRole('button', { name: 'Write a Model Function' }).click();
      await eventually(() => code.place('def my_model() -> heatline.Model'), Boolean, 10000, 'a function to fill in');
    });
  } finally {
    rmSync(workspace, { recursive: true, force: true });
  }
});
