/** What else is right-clicked: text files and models in files; where one finds out what is going on. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';

import { eventually } from '../lib/browser.mjs';
import { inVSCode } from '../lib/in-vscode.mjs';
import { PYTHON, VERSION } from '../lib/paths.mjs';

/** Weights with which the lamp's model sees three times as much. */
const WEIGHTS = 'import torch; torch.save({"scale": torch.tensor(24.0)}, "bright.pt")';

inVSCode('files in VS Code', async (step, code, server) => {
  await step('a text file is explained', async () => {
    await code.explorerMenu('praise.txt', 'Explain Prediction...');
    const rows = await code.pickerRows('Explain with which model?');
    assert.match(rows[0], /opinion/, 'what reads texts stands first');
    await code.pick('Explain with which model?', 'opinion');
    await code.final();
    assert.match(await code.panelText(), /^praise .*for “praise”/);
    assert.match(await code.panel.locator('p.text').first().innerText(), /The film is superb/);
    await code.screenshot('vscode-text-file');
  });

  await step('weights are used with a factory, and from then on stand among the models', async () => {
    await code.explorerMenu('bright.pt', 'Use as Model');
    await code.pick('Into which model do the weights of bright.pt go?', 'lamp');
    const status = code.page.locator('.statusbar-item', { hasText: 'lamp' });
    await status.waitFor();
    await code.explorerMenu('lamp.png', 'Explain Prediction...');
    const rows = await code.pickerRows('Explain with which model?');
    assert.match(rows[0], /lamp.*with the weights of bright\.pt/s);
    await code.page.keyboard.press('Enter');
    // The result before stands until the next one begins.
    await eventually(() => code.panelText(), (text) => text.startsWith('lamp on'), 60000, 'the lamp');
    await code.final();
    const sure = (await code.panelText()).match(/^lamp on ([\d.]+) %/);
    assert.ok(Number(sure?.[1]) > 99, `three times as sure of it: ${sure}`);
    await eventually(() => status.innerText(), (text) => text.includes('cpu'), 5000, 'the device');
  });

  await step('"Explain with this model" above a factory asks for a sample, what the model reads first', async () => {
    await code.openFile('models.py');
    await code.clickText('import time');
    await code.page.keyboard.press('Control+End');
    const lenses = code.page.locator('.codelens-decoration a', { hasText: 'Explain with this model' });
    await eventually(() => lenses.count(), (count) => count >= 2, 20000, 'the lenses');
    await code.askByLens('def opinion()', 'Explain with this model', 'Explain which sample?');
    const samples = await code.pickerRows('Explain which sample?');
    assert.match(samples[0], /Write a text/);
    assert.match(samples[1], /praise\.txt/);
    await code.pick('Explain which sample?', 'praise.txt');
    await code.final();
    assert.match(await code.panelText(), /^praise/);
    await code.screenshot('vscode-lens');
  });

  await step('the status item says what is going on, and offers what one may want next', async () => {
    await code.page.locator('.statusbar-item', { hasText: 'opinion' }).click();
    const rows = await code.pickerRows('Heatline');
    assert.ok(['Choose the model', 'Compare', 'Export', 'log', 'diagnostics', 'Settings'].every((word) => rows.join().includes(word)), `${rows}`);
    await code.pick('Heatline', 'Show diagnostics');
    await code.page.locator('.tab', { hasText: 'Heatline diagnostics' }).waitFor();
    const report = await code.clipboard();
    assert.match(report, new RegExp(`heatline\\.heatline ${VERSION.replaceAll('.', '\\.')}`));
    assert.match(report, /torch \d+\.\d+/);
    assert.match(report, /heatline\.python: /);
    assert.match(report, /language server ready after/);
    await code.screenshot('vscode-diagnostics');
  });

  await step('settings stand in groups, each with its description', async () => {
    await code.command('Preferences: Open Settings (UI)');
    const search = code.page.locator('.settings-editor .suggest-input-container .monaco-editor');
    await search.click();
    await code.page.keyboard.type('@ext:heatline.heatline ');
    const groups = code.page.locator('.settings-toc-entry');
    await eventually(async () => (await groups.allInnerTexts()).join('|'), (text) => text.includes('Interpreter and Models') && text.includes('How Explanations Are Computed'), 15000, 'the groups');
    await code.screenshot('vscode-settings');
    await code.page.keyboard.press('Escape');
  });

  await step('the walkthrough: four steps, each done by its button or by what it says', async () => {
    const { page } = code;
    const open = async () => {
      await code.command('Welcome: Open Walkthrough...');
      await page.locator('.quick-input-list .monaco-list-row', { hasText: 'Get Started with Heatline' }).first().click();
      await page.locator('.getting-started-step').first().waitFor();
    };
    const done = page.locator('.getting-started-step .codicon-getting-started-step-checked');
    await open();
    assert.equal(await page.locator('.getting-started-step').count(), 4);
    await page.locator('.getting-started-step', { hasText: 'Choose a Python that has torch' }).click();
    await page.locator('a.monaco-button', { hasText: 'Show What It Has' }).click();
    const reports = page.locator('.tab', { hasText: 'Heatline diagnostics' });
    await eventually(() => reports.count(), (count) => count === 2, 60000, 'a second report');

    await open();
    await page.locator('.getting-started-step', { hasText: 'Open the example' }).click();
    await code.screenshot('vscode-walkthrough');
    await page.locator('a.monaco-button', { hasText: 'Open the Example' }).click();
    await page.locator('.tab', { hasText: 'reviews.py' }).waitFor();
    // The lenses push down the lines below them.
    await page.locator('.codelens-decoration a', { hasText: 'Explain with this model' }).first().waitFor();
    await page.keyboard.press('Control+End');
    await code.editorMenu('weak and the plot', 'Explain Prediction...');
    await code.pick('Explain with which model?', 'opinion');
    await code.final();
    assert.match(await code.panelText(), /^blame/, 'it explains itself, also outside the workspace');
    await eventually(() => code.colour('weak a'), Boolean, 5000, 'a colour');
    await code.screenshot('vscode-example');

    await code.explorerMenu('lamp.png', 'Explain Prediction...');
    await code.pickerRows('Explain with which model?');
    await page.keyboard.press('Escape');
    await open();
    await eventually(() => done.count(), (count) => count === 4, 10000, 'four steps that are done');
  });
}, { shares: true, prepare: ({ workspace }) => execFileSync(PYTHON, ['-c', WEIGHTS], { cwd: workspace }) });
