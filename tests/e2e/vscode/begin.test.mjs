/** How one begins with nothing chosen yet: the empty panel, the keyboard, and what each command says where it has nothing. */

import assert from 'node:assert/strict';

import { eventually } from '../lib/browser.mjs';
import { inVSCode } from '../lib/in-vscode.mjs';

const MODEL = 'Explain with which model?';

inVSCode('beginning in VS Code', async (step, code) => {
  const { page } = code;
  const { keyboard } = page;
  /** Our commands that the palette offers now. */
  const offered = async () => {
    await keyboard.press('F1');
    const input = page.locator('.quick-input-widget input.input');
    await input.fill('>Heatline: ');
    const rows = page.locator('.quick-input-list .monaco-list-row .label-name');
    const ours = async () => (await rows.allInnerTexts()).map((text) => text.trim()).filter((text) => text.startsWith('Heatline: '));
    const found = await eventually(ours, (names) => names.length > 4, 10000, 'our commands');
    await keyboard.press('Escape');
    return found.map((name) => name.slice('Heatline: '.length)).sort();
  };
  const shortcut = async () => {
    await keyboard.press('Control+k');
    await keyboard.press('h');
  };

  await step('the palette offers what makes sense before there is a result, and one line says what is missing', async () => {
    await code.explorerMenu('lamp.png', 'Explain Prediction...'); // we are there
    await code.pickerRows(MODEL);
    await keyboard.press('Escape');
    assert.deepEqual(await offered(), [
      'Average Gradients...', 'Choose Model', 'Explain Prediction...', 'Open the Example', 'Restart Language Server',
      'Set Server Token...', 'Show Diagnostics', 'Show Log', 'Show Result Panel',
    ]);
    await code.command('Heatline: Explain Prediction...');
    await code.toast('Nothing in front can be explained. Put the cursor into a text').waitFor();
    await code.screenshot('vscode-begin-refused');
    await code.clearToasts();
    await code.command('Heatline: Set Server Token...');
    await code.toast('No server is set. Write its address into the setting').waitFor();
    await code.clearToasts();
    await code.command('Heatline: Choose Model');
    await code.pick(MODEL, 'lamp');
    await page.locator('.statusbar-item', { hasText: 'lamp' }).waitFor();
    await code.explorerMenu('lamp.png', 'Explain Prediction...');
    assert.match((await code.pickerRows(MODEL))[0], /lamp.*used last/s, 'what was chosen stands first');
    await keyboard.press('Escape');
    await code.command('Heatline: Average Gradients...');
    await code.pickerRows(MODEL);
    await keyboard.press('Escape');
    assert.deepEqual(await code.toasts(), []);
  });

  await step('the empty panel says how to begin, by which key, and opens the example', async () => {
    await code.command('Heatline: Show Result Panel');
    const begin = code.panel.locator('#begin');
    await begin.locator('li', { hasText: 'press Ctrl+K H' }).waitFor();
    assert.match(await code.panelText(), /^No explanation yet/);
    await code.screenshot('vscode-begin');
    await begin.getByRole('button', { name: 'Open the Example' }).click();
    await page.locator('.tab', { hasText: 'reviews.py' }).waitFor();
    await page.locator('.codelens-decoration a', { hasText: 'Explain with this model' }).first().waitFor();
  });

  await step('by that key a text at the cursor is explained, and how to begin makes room', async () => {
    await keyboard.press('Control+End');
    await code.clickText('weak and the plot');
    await shortcut();
    await code.pick(MODEL, 'opinion');
    await code.final();
    assert.match(await code.panelText(), /^blame/);
    assert.equal(await code.panel.locator('#begin').isVisible(), false);
    await code.screenshot('vscode-begin-key');
  });

  await step('and so is the photo in front', async () => {
    await code.explorerRow('lamp.png').first().dblclick();
    await page.locator('.tab.active', { hasText: 'lamp.png' }).waitFor();
    await shortcut();
    await code.pick(MODEL, 'lamp');
    await eventually(() => code.panelText(), (text) => text.startsWith('lamp on'), 60000, 'the photo');
    await code.final();
  });

  await step('what is for results is offered while there is one', async () => {
    const forResults = ['Compare Classes or Methods...', 'Copy as Python', 'Export Explanation...', 'Pin This Explanation'];
    const names = await offered();
    assert.deepEqual(forResults.filter((name) => !names.includes(name)), []);
    await page.locator('.tab', { hasText: 'Why: lamp.png' }).click({ button: 'middle' });
    await eventually(offered, (found) => forResults.every((name) => !found.includes(name)), 20000, 'no command for a result');
  });
}, { shares: true });
