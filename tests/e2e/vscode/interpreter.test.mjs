/**
 * Which interpreter runs models: the one that is chosen in the Python extension. Microsoft's cannot be had here; a
 * stand-in publishes the same API.
 */

import assert from 'node:assert/strict';
import path from 'node:path';

import { eventually } from '../lib/browser.mjs';
import { environment } from '../lib/environment.mjs';
import { inVSCode } from '../lib/in-vscode.mjs';
import { FIXTURES } from '../lib/paths.mjs';

function prepare(server) {
  for (const name of ['first', 'second']) environment(path.join(server.home, name));
  server.setSettings({ 'heatline.python': '', 'python.defaultInterpreterPath': path.join(server.home, 'first/bin/python') });
}

inVSCode('the interpreter of the Python extension', async (step, code, server) => {
  const agents = (name) => server.agents().filter((pid) => server.running(`/${name}/bin/python`).includes(pid));

  await step('it runs the models', async () => {
    await code.openFile('reviews.py');
    await code.editorMenu('superb', 'Explain Prediction...');
    await code.pick('Explain with which model?', 'opinion');
    await code.final();
    assert.equal(agents('first').length, 1);
    assert.equal(agents('second').length, 0);
  });

  await step('when another one is chosen there, the next request starts an agent with that, and the old one ends', async () => {
    await code.command('Python: Select Interpreter');
    await code.page.locator('.quick-input-title', { hasText: 'Select Interpreter' }).waitFor();
    await code.page.keyboard.type(path.join(server.home, 'second/bin/python'));
    await code.page.keyboard.press('Enter');
    await code.editorMenu('superb', 'Explain Prediction...');
    await code.pick('Explain with which model?', 'opinion');
    await eventually(() => agents('second').length, (count) => count === 1, 60000, 'the second agent');
    await eventually(() => agents('first').length, (count) => count === 0, 30000, 'the end of the first agent');
    await code.final();
  });
}, { extensions: [path.join(FIXTURES, 'python-extension')], prepare });
