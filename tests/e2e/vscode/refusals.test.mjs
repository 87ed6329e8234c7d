/** Bad input at each door: one clear line where the person looks, and nothing lost. */

import assert from 'node:assert/strict';
import { chmodSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, afterEach, before, test } from 'node:test';

import { eventually } from '../lib/browser.mjs';
import { CodeServer } from '../lib/code-server.mjs';
import { CODE_SERVER, FIXTURES, PYTHON, VSIX, missing } from '../lib/paths.mjs';
import { Workbench } from '../lib/vscode.mjs';

const skip = missing(CODE_SERVER, VSIX);
/** The time is for a machine that does other things too. */
const options = { skip, timeout: 240000 };
const MODEL = 'Explain with which model?';
let server, code, home;

before(async () => {
  if (skip) return;
  home = mkdtempSync(path.join(os.tmpdir(), 'heatline-refusals-'));
  server = await CodeServer.start({ workspace: `${FIXTURES}/workspace` });
  code = await Workbench.open(server);
});

afterEach((t) => code?.photographFailure(t));

after(async () => {
  await code?.close();
  await server?.stop();
  if (home) rmSync(home, { recursive: true, force: true });
});

/** The one line, in the panel and as a notification; cleared afterwards. */
async function refusal(pattern) {
  const panel = code.panel.locator('[role=alert]', { hasText: pattern });
  await panel.waitFor();
  await code.toast(pattern).waitFor();
  const words = (await panel.innerText()).replace(/\s+/g, ' ');
  await code.clearToasts();
  return words;
}

test('not an image', options, async () => {
  await code.explorerMenu('notes.png', 'Explain Prediction...');
  await code.pick(MODEL, 'lamp');
  assert.match(await refusal(/notes\.png/), /notes\.png.*(image|photo|picture)/i);
});

test('a factory that raises: its error, and the way to the traceback', options, async () => {
  await code.explorerMenu('lamp.png', 'Explain Prediction...');
  await code.pick(MODEL, 'broken_lamp');
  await code.toast('lamp-weights.pt').getByRole('button', { name: 'Show Log' }).waitFor();
  await code.screenshot('vscode-factory-raises');
  assert.match(await refusal(/lamp-weights\.pt/), /FileNotFoundError.*lamp-weights\.pt is not there/);
});

test('a text where an image is read', options, async () => {
  await code.openFile('reviews.py');
  await code.editorMenu('superb film', 'Explain Prediction...');
  await code.pick(MODEL, 'slow_lamp');
  await refusal(/./);
  assert.equal(await code.colour('superb'), null, 'no words are coloured');
});

test('an empty text, and an image path that leads nowhere', options, async () => {
  await code.editorMenu('empty = ""', 'Explain Prediction...', 0.92);
  await code.toast('This string is empty').waitFor();
  await code.clearToasts();
  await code.editorMenu('no-such-photo.png', 'Explain Prediction...');
  await code.toast('There is no image "no-such-photo.png"').waitFor();
  await code.clearToasts();
});

test('no model in the workspace: how to write one, and a button that begins it', options, async () => {
  renameSync(path.join(server.workspace, 'models.py'), path.join(home, 'models.py'));
  await code.explorerMenu('lamp.png', 'Explain Prediction...');
  const toast = code.toast('No model was found in this workspace');
  await toast.waitFor();
  await code.screenshot('vscode-no-model');
  await toast.getByRole('button', { name: 'Write a Model Function' }).click();
  await eventually(() => code.place('def my_model() -> heatline.Model'), Boolean, 10000, 'a function to fill in');
  renameSync(path.join(home, 'models.py'), path.join(server.workspace, 'models.py'));
  await code.clearToasts();
});

test('an interpreter without torch, and the button that mends it', options, async () => {
  const bare = path.join(home, 'python');
  // The same interpreter without its packages, as an environment that has no torch.
  writeFileSync(bare, `#!/bin/sh\nexec "${PYTHON}" -S "$@"\n`);
  chmodSync(bare, 0o755);
  server.setSettings({ 'heatline.python': bare });
  await code.page.waitForTimeout(1000);
  await code.explorerMenu('lamp.png', 'Explain Prediction...');
  await code.pick(MODEL, 'lamp');
  const toast = code.toast('torch is not installed');
  await toast.waitFor();
  assert.equal((await code.toasts()).length, 1, 'one line, once');
  await code.screenshot('vscode-no-torch');
  await toast.getByRole('button', { name: 'Choose Interpreter' }).click();
  await code.page.locator('.settings-editor', { hasText: 'The Python interpreter that has torch' }).waitFor();
  await code.page.keyboard.press('Escape');
  await code.panel.locator('[role=alert]', { hasText: 'torch is not installed' }).waitFor();
});

test('an interpreter that is none; with a good one all is well again', options, async () => {
  server.setSettings({ 'heatline.python': '/no/such/python' });
  await code.page.waitForTimeout(1000);
  await code.command('Heatline: Restart Language Server');
  const toast = code.toast('Heatline could not start with /no/such/python');
  await toast.waitFor();
  await toast.getByRole('button', { name: 'Choose Interpreter' }).waitFor();
  await code.clearToasts();

  server.setSettings({});
  await code.page.waitForTimeout(3000);
  await code.explorerMenu('lamp.png', 'Explain Prediction...');
  await code.pick(MODEL, 'lamp');
  await code.final();
  assert.match(await code.panelText(), /lamp on/);
});
