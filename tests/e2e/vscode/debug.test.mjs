/** A program paused by debugpy is explained from its variables, and goes on as if nobody had looked. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, afterEach, before, test } from 'node:test';

import { eventually } from '../lib/browser.mjs';
import { CodeServer } from '../lib/code-server.mjs';
import { CODE_SERVER, FIXTURES, PYTHON, VSIX, missing } from '../lib/paths.mjs';
import { Workbench } from '../lib/vscode.mjs';

const skip = missing(CODE_SERVER, VSIX);
/** The time is for a machine that does other things too. */
const options = { skip, timeout: 240000 };
let server, code, alone;
const end = () => path.join(server.workspace, 'end.txt');

before(async () => {
  if (skip) return;
  const extensions = [path.join(FIXTURES, 'debug-extension')];
  server = await CodeServer.start({ workspace: `${FIXTURES}/workspace`, extensions });
  copyFileSync(path.join(FIXTURES, 'training.py'), path.join(server.workspace, 'training.py'));
  execFileSync(PYTHON, ['training.py'], { cwd: server.workspace });
  alone = readFileSync(end(), 'utf8');
  rmSync(end());
  const launch = { type: 'debugpy', request: 'launch', name: 'training', console: 'internalConsole', args: ['pause'] };
  Object.assign(launch, { program: '${workspaceFolder}/training.py', cwd: '${workspaceFolder}', python: [PYTHON] });
  const configuration = { version: '0.2.0', configurations: [launch] };
  writeFileSync(path.join(server.workspace, '.vscode/launch.json'), JSON.stringify(configuration));
  code = await Workbench.open(server);
  await code.openFile('training.py');
  await code.clickText('import sys');
  await code.page.keyboard.press('F5');
  await code.paused();
  await code.variable('logits').waitFor();
});

afterEach((t) => code?.photographFailure(t));

after(async () => {
  await code?.close();
  await server?.stop();
});

test('a prediction in the variables view: the model and the sample that made it are found and explained', options, async () => {
  await code.variableMenu('logits', 'Explain Prediction...');
  const entries = await code.pickerRows('Explain which sample of the batch?');
  assert.equal(entries.length, 4);
  await code.pick('Explain which sample of the batch?', '2');
  await code.final();
  assert.match(await code.panelText(), /net\s*·\s*photos\[2\]/);
  assert.match(await code.panelText(), /✓ Completeness error/);
  assert.ok((await code.panel.locator('canvas').count()) > 0);
  await code.screenshot('vscode-debug');
});

test('a sample in the variables view is explained with the model of the frame', options, async () => {
  await code.variableMenu('photos', 'Explain Prediction...');
  await code.pick('Explain which sample of the batch?', '0');
  const text = () => code.panelText();
  await eventually(text, (words) => /net\s*·\s*photos\[0\]/.test(words), 60000, 'the other sample');
  await code.final();
});

test('what is neither a model nor a sample nor a prediction is said to be none', options, async () => {
  await code.variableMenu('rate', 'Explain Prediction...');
  await code.toast('rate is neither a model nor a sample nor a prediction').waitFor();
  await code.clearToasts();
});

test('the program goes on as if nobody had looked, with a backward pending', options, async () => {
  await code.page.keyboard.press('F5');
  const text = await eventually(() => readFileSync(end(), 'utf8'), (found) => found.endsWith('\n'), 30000, 'the end');
  assert.equal(text, alone);
});
