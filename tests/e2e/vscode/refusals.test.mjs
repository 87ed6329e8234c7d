/** Bad input at each door: one clear line where the person looks, and nothing lost. */

import assert from 'node:assert/strict';
import { chmodSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { eventually } from '../lib/browser.mjs';
import { inVSCode } from '../lib/in-vscode.mjs';
import { PYTHON } from '../lib/paths.mjs';

const MODEL = 'Explain with which model?';

inVSCode('refusals in VS Code', async (step, code, server) => {
  /** The one line, in the panel and as a notification; cleared afterwards. */
  async function refusal(pattern) {
    const panel = code.panel.locator('[role=alert]', { hasText: pattern });
    await panel.waitFor();
    await code.toast(pattern).waitFor();
    const words = (await panel.innerText()).replace(/\s+/g, ' ');
    await code.clearToasts();
    return words;
  }

  await step('not an image', async () => {
    await code.explorerMenu('notes.png', 'Explain Prediction...');
    await code.pick(MODEL, 'lamp');
    assert.match(await refusal(/notes\.png/), /notes\.png.*(image|photo|picture)/i);
  });

  await step('a factory that raises: its error, and the way to the traceback', async () => {
    await code.explorerMenu('lamp.png', 'Explain Prediction...');
    await code.pick(MODEL, 'broken_lamp');
    await code.toast('lamp-weights.pt').getByRole('button', { name: 'Show Log' }).waitFor();
    await code.screenshot('vscode-factory-raises');
    assert.match(await refusal(/lamp-weights\.pt/), /FileNotFoundError.*lamp-weights\.pt is not there/);
  });

  await step('a text where an image is read', async () => {
    await code.openFile('reviews.py');
    await code.editorMenu('superb film', 'Explain Prediction...');
    await code.pick(MODEL, 'slow_lamp');
    await refusal(/./);
    assert.equal(await code.colour('superb'), null, 'no words are coloured');
  });

  await step('an empty text, and an image path that leads nowhere', async () => {
    await code.editorMenu('empty = ""', 'Explain Prediction...', 0.92);
    await code.toast('This string is empty').waitFor();
    await code.clearToasts();
    await code.editorMenu('no-such-photo.png', 'Explain Prediction...');
    await code.toast('There is no image "no-such-photo.png"').waitFor();
    await code.clearToasts();
  });

  await step('no model in the workspace: how to write one, and a button that begins it', async () => {
    renameSync(path.join(server.workspace, 'models.py'), path.join(server.home, 'models.py'));
    await code.explorerMenu('lamp.png', 'Explain Prediction...');
    const toast = code.toast('No model was found in this workspace');
    await toast.waitFor();
    await code.screenshot('vscode-no-model');
    await toast.getByRole('button', { name: 'Write a Model Function' }).click();
    await eventually(() => code.place('def my_model() -> heatline.Model'), Boolean, 10000, 'a function to fill in');
    renameSync(path.join(server.home, 'models.py'), path.join(server.workspace, 'models.py'));
    await code.clearToasts();
  });

  await step('an interpreter without torch, and the button that mends it', async () => {
    const bare = path.join(server.home, 'python');
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

  await step('an interpreter that is none; with a good one all is well again', async () => {
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
}, { shares: true });
