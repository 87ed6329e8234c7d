/**
 * A notebook with a live kernel: its variables are explained in it. Microsoft's Jupyter extension cannot be had here; a
 * stand-in publishes the same API over a real ipykernel.
 */

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';

import { eventually } from '../lib/browser.mjs';
import { inVSCode } from '../lib/in-vscode.mjs';

const CELLS = [
  'import time\nimport torch, heatline\nfrom models import *\ncritic = opinion()\nred = RedLamp()\nslow = RedLamp(delay=8.0)',
  'review = "a superb film, but dull"\nphotos = torch.rand(3, 3, 32, 32)\nlogits = red(photos)\nrate = 0.1',
  'print(critic is not None, "great film")',
  'print([name for name in dir() if "heat" in name], len(In), "*" + _ + "*")',
];

function prepare({ workspace }) {
  const cells = CELLS.map((source) => ({ cell_type: 'code', execution_count: null, metadata: {}, source, outputs: [] }));
  const metadata = { language_info: { name: 'python' } };
  writeFileSync(path.join(workspace, 'live.ipynb'), JSON.stringify({ cells, metadata, nbformat: 4, nbformat_minor: 4 }));
}

inVSCode('a notebook with a live kernel', async (step, code) => {
  const { page } = code;
  const dialog = page.locator('.monaco-dialog-box');
  const cell = (number) => page.locator('.notebook-editor .code-cell-row').nth(number);
  const flame = (number) => cell(number).locator('.cell-title-toolbar a.action-label[aria-label^="Explain Prediction"]');
  /** Presses the flame in a cell's toolbar, which is made anew when the cell gets the focus. */
  const button = async (number) => {
    const pressed = async () => {
      await cell(number === 0 ? 1 : 0).locator('.view-lines').first().click({ force: true });
      await cell(number).locator('.view-lines').first().click({ force: true });
      return flame(number).click({ timeout: 2000 }).then(() => true, () => false);
    };
    await eventually(pressed, Boolean, 90000, 'the button of a cell');
  };
  const answer = async (words, choice) => {
    await dialog.filter({ hasText: words }).waitFor();
    await dialog.getByRole('button', { name: choice }).click();
  };
  const says = (words) => eventually(() => code.panelText(), (text) => words.test(text), 60000, String(words));

  await step('without a kernel a name says what to do', async () => {
    await code.explorerRow('live.ipynb').first().dblclick();
    await cell(0).waitFor();
    await code.editorMenu('logits', 'Explain Prediction...');
    await code.toast('This notebook has no running Python kernel. Run the cells').waitFor();
    await code.clearToasts();
    await cell(1).locator('.view-lines').first().click({ force: true });
    await cell(1).locator('.cell-title-toolbar a.action-label').first().waitFor();
    assert.equal(await flame(1).count(), 0, 'nor is there a button that could only refuse');
  });

  await step('what the Jupyter extension asks is explained before, once; a refusal says how it is taken back', async () => {
    await code.command('Notebook: Run All');
    const ran = () => cell(2).locator('.execution-count-label').innerText();
    await eventually(ran, (label) => /\d/.test(label), 60000, 'the cells to have run');
    await code.editorMenu('logits', 'Explain Prediction...');
    await answer('Heatline is about to ask the kernel of this notebook', 'Continue');
    await answer('may Heatline', 'Cancel');
    await code.toast('Heatline may not ask this kernel. Allow it with').waitFor();
    await code.clearToasts();
  });

  await step('the button of a cell lists its variables first; a prediction is explained with what made it', async () => {
    await button(1);
    await answer('may Heatline', 'Yes');
    const rows = await code.pickerRows('Explain which variable?');
    assert.match(rows[0], /photos|review|logits/);
    assert.match(rows.join('\n'), /RedLamp/);
    await code.screenshot('vscode-kernel-pick');
    await code.pick('Explain which variable?', 'logits');
    assert.equal((await code.pickerRows('Explain which sample of the batch?')).length, 3);
    await code.pick('Explain which sample of the batch?', '1');
    await code.final();
    await says(/red\s*·\s*photos\[1\]/);
    await code.screenshot('vscode-kernel');
  });

  await step('a name in a cell: the models that read it stand first', async () => {
    await code.editorMenu('review', 'Explain Prediction...');
    const rows = await code.pickerRows('Explain with which model?');
    assert.match(rows[0], /critic/);
    await code.pick('Explain with which model?', 'critic');
    await code.final();
    await says(/critic\s*·\s*a superb film/);
  });

  await step('a string in a cell is explained by a model of the kernel, and coloured where it stands', async () => {
    await code.editorMenu('great film', 'Explain Prediction...');
    await code.pick('Explain with which model?', 'critic');
    await code.final();
    const colour = await eventually(() => code.colour('great'), Boolean, 20000, 'the colour of a word');
    assert.ok(colour[3] > 0.3, String(colour));
    await code.screenshot('vscode-kernel-text');
  });

  await step('a variable viewer of Jupyter explains the variable', async () => {
    await code.command('Stand-in: View Variable in Data Viewer');
    await page.locator('.quick-input-title', { hasText: 'View which variable?' }).waitFor();
    await page.keyboard.type('photos:Tensor');
    await page.keyboard.press('Enter');
    await code.pick('Explain with which model?', 'red');
    await code.pick('Explain which sample of the batch?', '2');
    await code.final();
    await says(/red\s*·\s*photos\[2\]/);
  });

  await step('a long run is cancelled, and the kernel is free again', async () => {
    await code.editorMenu('photos', 'Explain Prediction...');
    await code.pick('Explain with which model?', 'slow');
    await code.pick('Explain which sample of the batch?', '0');
    await code.panel.getByRole('button', { name: 'Cancel' }).click();
    await eventually(() => code.panel.locator('article[aria-busy=true]').count(), (count) => count === 0, 10000, 'the end');
    await button(1);
    await code.pick('Explain which variable?', 'logits');
    await code.pick('Explain which sample of the batch?', '0');
    await code.final();
    await says(/red\s*·\s*photos\[0\]/);
  });

  await step('it is as if nobody had asked: no name, no cell, no last value', async () => {
    await code.command('Notebook: Run All');
    const outputs = page.frameLocator('iframe.webview.ready:not([src*="extensionId=heatline.heatline"])');
    const text = outputs.frameLocator('iframe#active-frame').getByText("['heatline'] 9 **");
    await text.waitFor();
    await code.screenshot('vscode-kernel-after');
  });

  await step('a kernel that is restarted under a long run says so; so does what was alive in it', async () => {
    await code.editorMenu('photos', 'Explain Prediction...');
    await code.pick('Explain with which model?', 'slow');
    await code.pick('Explain which sample of the batch?', '0');
    await code.panel.locator('[role=progressbar]').waitFor();
    await code.command('Stand-in: Restart Kernel');
    await code.panel.locator('[role=alert]', { hasText: 'The kernel was interrupted or restarted.' }).waitFor();
    await code.clearToasts();
    await code.editorMenu('review', 'Explain Prediction...');
    await code.toast('No model and no sample is alive here. Run the code that makes them').waitFor();
    await code.screenshot('vscode-kernel-restarted');
    await code.clearToasts();
  });

  await step('after its cells have run again the agent comes by itself', async () => {
    await code.command('Notebook: Run All');
    const outputs = page.frameLocator('iframe.webview.ready:not([src*="extensionId=heatline.heatline"])');
    await outputs.frameLocator('iframe#active-frame').getByText("['heatline'] 5 **").waitFor();
    await button(1);
    await code.pick('Explain which variable?', 'logits');
    await code.pick('Explain which sample of the batch?', '2');
    await code.final();
    await says(/red\s*·\s*photos\[2\]/);
  });

  await step('a notebook that was never saved: models of the workspace explain, then those of its kernel', async () => {
    await code.closeEditors();
    await code.command('Create: New Jupyter Notebook');
    await page.locator('.tab.active', { hasText: 'Untitled' }).waitFor();
    await cell(0).locator('.view-lines').first().click({ force: true });
    await page.keyboard.type("from models import *\ncritic = opinion()\nwords = 'the new film is superb'");
    await code.editorMenu('new film', 'Explain Prediction...');
    const rows = await code.pickerRows('Explain with which model?');
    assert.match(rows[0], /opinion.*models\.py/);
    await code.pick('Explain with which model?', 'opinion');
    await code.final();
    await says(/opinion\s*·\s*the new film is superb/);
    await eventually(() => code.colour('superb'), Boolean, 20000, 'the colour of a word');
    await code.screenshot('vscode-notebook-untitled');

    await code.command('Notebook: Run All');
    await eventually(() => cell(0).locator('.execution-count-label').innerText(), (label) => /\d/.test(label), 60000, 'a run');
    for (const [place, name] of [['words =', 'words'], ['new film', 'the new film is superb']]) {
      await code.editorMenu(place, 'Explain Prediction...', 0.3);
      await page.locator('.tab', { hasText: `Why: ${name}` }).waitFor();
      await says(/critic\s*·\s*the new film is superb/);
      await code.final();
    }
    await code.screenshot('vscode-notebook-untitled-live');
  });
}, { shares: true, prepare, settings: { 'workbench.colorTheme': 'Default High Contrast' } });
