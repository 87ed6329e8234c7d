/** A program paused by debugpy is explained from its variables, and goes on as if nobody had looked. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { copyFileSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { eventually } from '../lib/browser.mjs';
import { inVSCode } from '../lib/in-vscode.mjs';
import { FIXTURES, PYTHON } from '../lib/paths.mjs';

/** The program that is debugged; the end that it comes to alone; how it is started. */
function prepare({ workspace }) {
  copyFileSync(path.join(FIXTURES, 'training.py'), path.join(workspace, 'training.py'));
  execFileSync(PYTHON, ['training.py'], { cwd: workspace });
  renameSync(path.join(workspace, 'end.txt'), path.join(workspace, 'alone.txt'));
  const launch = { type: 'debugpy', request: 'launch', name: 'training', console: 'internalConsole', args: ['pause'] };
  Object.assign(launch, { program: '${workspaceFolder}/training.py', cwd: '${workspaceFolder}', python: [PYTHON] });
  const configuration = { version: '0.2.0', configurations: [launch] };
  writeFileSync(path.join(workspace, '.vscode/launch.json'), JSON.stringify(configuration));
}

inVSCode('a program paused in VS Code', async (step, code, { workspace }) => {
  const read = (name) => readFileSync(path.join(workspace, name), 'utf8');

  await step('it stops at its breakpoint', async () => {
    await code.openFile('training.py');
    await code.clickText('import sys');
    await code.startDebugging();
    await code.paused();
    await code.variable('logits').waitFor();
  });

  await step('inline values show the top class beside the call, where they are switched on', async () => {
    await code.page.locator('.view-line', { hasText: /logits:\s+class\s+\d/ }).first().waitFor();
    await code.screenshot('vscode-debug-inline');
  });

  await step('a prediction in the variables view: the model and the sample that made it are found and explained', async () => {
    await code.variableMenu('logits', 'Explain Prediction...');
    const entries = await code.pickerRows('Explain which sample of the batch?');
    assert.equal(entries.length, 4);
    await code.screenshot('vscode-debug-batch');
    await code.pick('Explain which sample of the batch?', '2');
    await code.final();
    assert.match(await code.panelText(), /net\s*·\s*photos\[2\]/);
    assert.match(await code.panelText(), /✓ Completeness error/);
    assert.ok((await code.panel.locator('canvas').count()) > 0);
    await code.screenshot('vscode-debug');
  });

  await step('a sample in the variables view is explained with the model of the frame', async () => {
    await code.variableMenu('photos', 'Explain Prediction...');
    await code.pick('Explain with which model?', 'net');
    await code.pick('Explain which sample of the batch?', '0');
    const text = () => code.panelText();
    await eventually(text, (words) => /net\s*·\s*photos\[0\]/.test(words), 60000, 'the other sample');
    await code.final();
  });

  await step('what is neither a model nor a sample nor a prediction is said to be none', async () => {
    await code.variableMenu('rate', 'Explain Prediction...');
    await code.toast('rate is neither a model nor a sample nor a prediction').waitFor();
    await code.clearToasts();
  });

  await step('a hover on a prediction, with Alt: its classes, what made it, and its heatmap', async () => {
    const words = await code.hoverWhilePaused('logits.square', 0.2, /net\s+on\s+photos\[0\]/);
    assert.match(words, /class \d [\d.]+ %/);
    const picture = code.page.locator('.monaco-hover:not(.hidden) img[src^="data:image/png"]');
    assert.equal(await picture.count(), 1);
    const { width, height } = await picture.evaluate(({ naturalWidth: width, naturalHeight: height }) => ({ width, height }));
    assert.equal(width, height, 'the heatmap over the photo, and nothing around it');
    await code.screenshot('vscode-debug-hover');
    await code.page.keyboard.up('Alt');
  });

  await step('a hover on what was said of a text has its words, coloured', async () => {
    const words = await code.hoverWhilePaused('verdict = critic', 0.2, /critic\s+on\s+words/);
    assert.match(words, /class 0 9\d\.\d %/);
    const coloured = code.page.locator('.monaco-hover:not(.hidden) .hover-row span[style*="background-color"]');
    assert.deepEqual(await coloured.allInnerTexts(), ['#1', '#3', '#1']);
    await code.screenshot('vscode-debug-hover-text');
    await code.page.keyboard.up('Alt');
  });

  await step('one call of a model that takes minutes is cut by Cancel', async () => {
    await code.variableMenu('photos', 'Explain Prediction...');
    await code.pick('Explain with which model?', 'slow');
    await code.pick('Explain which sample of the batch?', '1');
    await code.panel.locator('[role=progressbar]').waitFor();
    await code.panel.getByRole('button', { name: 'Cancel' }).click();
    const busy = code.panel.locator('[role=progressbar]');
    await eventually(() => busy.count(), (count) => count === 0, 10000, 'the end of the progress');
    // After three seconds of one call debugpy says by itself that it waits.
    const ours = (await code.toasts()).filter((text) => !text.startsWith('Evaluating: '));
    assert.deepEqual(ours, [], 'cancelling is no error');
    await code.variableMenu('rate', 'Explain Prediction...');
    await code.toast('rate is neither').waitFor({ timeout: 30000 });
    await code.clearToasts();
  });

  await step('the program goes on as if nobody had looked, with a backward pending', async () => {
    await code.command('Debug: Continue');
    const text = await eventually(() => read('end.txt'), (found) => found.endsWith('\n'), 30000, 'the end');
    assert.equal(text, read('alone.txt'));
  });
}, {
  shares: true,
  settings: { 'heatline.debug.inlineValues': true, 'workbench.colorTheme': 'Default Dark Modern' },
  prepare,
});
