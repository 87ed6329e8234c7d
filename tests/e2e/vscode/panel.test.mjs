/** What one does with a result: ask on, step back, compare, pin, export. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

import { eventually } from '../lib/browser.mjs';
import { inVSCode } from '../lib/in-vscode.mjs';
import { PYTHON } from '../lib/paths.mjs';

inVSCode('the result panel of VS Code', async (step, code, server) => {
  /** Waits until the panel has some words and nothing is at work. */
  const shows = (pattern) =>
    eventually(
      async () => ((await code.panel.locator('article[aria-busy=true]').count()) ? 'at work' : code.panelText()),
      (text) => pattern.test(text),
      30000,
      String(pattern),
    );

  await step('a click on another class explains it, other settings explain anew', async () => {
    await code.explorerMenu('lamp.png', 'Explain Prediction...');
    await code.pick('Explain with which model?', 'lamp');
    await code.final();
    await code.panel.getByRole('button', { name: 'lamp off', exact: true }).click();
    await shows(/^lamp off \d.*Integrated gradients of the probability/);
    await code.panel.locator('select[name=method]').selectOption('gradient');
    await shows(/^lamp off \d.*Gradient of the probability/);
    await code.panel.locator('select[name=score]').selectOption('logit');
    await shows(/^lamp off .*Gradient of the logit/);
    await code.screenshot('vscode-asked-on');
  });

  await step('a difference of two classes, from the keyboard', async () => {
    await code.panel.getByRole('button', { name: 'Why “lamp off” rather than “lamp on”?' }).press('Enter');
    await shows(/^lamp off rather than lamp on/);
  });

  await step('the history is stepped through', async () => {
    await code.focusPanel();
    await code.titleAction('Previous Explanation');
    await shows(/^lamp off .*Gradient of the logit/);
    await code.titleAction('Previous Explanation');
    await shows(/^lamp off .*Gradient of the probability/);
    await code.titleAction('Next Explanation');
    await shows(/^lamp off .*Gradient of the logit/);
  });

  await step('two classes are compared, with one crosshair', async () => {
    await code.titleAction('Previous Explanation');
    await code.titleAction('Previous Explanation');
    await shows(/Integrated gradients of the probability/);
    await code.titleAction('Compare Classes or Methods');
    await code.pickMany('Compare which classes and methods?', ['lamp on', 'lamp off', 'Integrated gradients']);
    const compared = code.panel.locator('article').last();
    await compared.getByText('Difference').waitFor();
    assert.deepEqual(await compared.locator('h3').allInnerTexts(), ['lamp on', 'lamp off', 'Difference']);
    const photo = compared.locator('canvas').first();
    await photo.focus();
    await photo.press('ArrowRight');
    await eventually(() => compared.locator('.marker').count(), (count) => count === 3, 5000, 'a mark on each');
    await code.screenshot('vscode-compared');
  });

  await step('Copy as Python: the script gives the same explanation again', async () => {
    await code.focusPanel();
    await code.titleAction('Previous Explanation');
    await shows(/^lamp (on|off) .*Integrated gradients of the probability/);
    await code.command('Heatline: Copy as Python');
    const script = await eventually(() => code.clipboard(), (text) => text.includes('heatline.explain('), 5000, 'a script');
    const printed = 'print(result.target.label, f"{result.target.value:.6f}", len(result.plan.points))';
    const run = (text) => execFileSync(PYTHON, ['-c', `${text}\n${printed}`], { cwd: server.home, encoding: 'utf8' }).trim();
    const [label, value] = run(script).split('\n').at(-1).split(/ (?=[\d.]+ \d+$)/);
    const [, shownLabel, shownValue] = (await code.panelText()).match(/^(lamp \w+) ([\d.]+) %/);
    assert.equal(label, shownLabel);
    assert.ok(Math.abs(100 * parseFloat(value) - Number(shownValue)) < 0.06, `${value} and ${shownValue}`);
  });

  await step('exported as a picture and as numbers', async () => {
    for (const [label, starts] of [['PNG', '\x89PNG'], ['JSON', '{']]) {
      assert.ok(readFileSync(await code.exported(label), 'latin1').startsWith(starts));
    }
  });

  await step('a pinned result stays while another one is explained', async () => {
    await code.command('Heatline: Pin This Explanation');
    await code.page.locator('.tab', { hasText: 'lamp.png (pinned)' }).waitFor();
    await code.explorerMenu(/^lamp\.png$/, 'Explain Prediction...');
    await code.pick('Explain with which model?', 'lamp');
    await code.page.locator('.tab', { hasText: /Why: lamp\.png$/ }).waitFor();
    assert.equal(await code.page.locator('.tab', { hasText: 'Why: lamp.png' }).count(), 2);
    await code.screenshot('vscode-pinned');
  });

  let before;

  await step('after a reload of the window both are there, one of them pinned still', async () => {
    const asking = async (index) => {
      await code.panelAt(index).locator('h2').waitFor();
      return code.panelAt(index).locator('select[name=method]').count();
    };
    const other = (await asking(0)) ? 0 : 1;
    await code.panelAt(other).getByRole('button', { name: 'lamp off', exact: true }).click();
    await code.panelAt(other).locator('h2', { hasText: 'lamp off' }).waitFor();
    await code.panelAt(other).locator('article[aria-busy=false]').waitFor();
    before = await code.panelText(code.panelAt(other));
    await code.reload();
    const pinned = code.page.locator('.tab', { hasText: 'lamp.png (pinned)' });
    await pinned.waitFor();
    await code.page.locator('.tab', { hasText: /Why: lamp\.png$/ }).waitFor();
    assert.deepEqual((await Promise.all([0, 1].map(asking))).sort(), [0, 1], 'one of them is pinned still');
    await pinned.click({ button: 'middle' });
    await pinned.waitFor({ state: 'hidden' });
  });

  await step('it has its last result, its history too, and what is exported is computed again', async () => {
    await shows(/^lamp off .*Integrated gradients of the probability/);
    assert.equal(await code.panelText(), before);
    const [[red]] = await code.canvas([[0.266, 0.5]]);
    assert.ok(red > 0, 'drawn');
    assert.ok(readFileSync(await code.exported('PNG', 60000), 'latin1').startsWith('\x89PNG'));
    await code.focusPanel();
    await code.titleAction('Previous Explanation');
    await shows(/^lamp on .*Integrated gradients of the probability/);
    await code.titleAction('Next Explanation');
    await shows(/^lamp off .*Integrated gradients of the probability/);
    await code.panel.locator('select[name=method]').selectOption('gradient');
    await shows(/^lamp off .*Gradient of the probability/);
    await code.screenshot('vscode-reloaded');
  });
}, { shares: true });
