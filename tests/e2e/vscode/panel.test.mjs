/** What one does with a result: ask on, step back, compare, pin, export. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { after, afterEach, before, test } from 'node:test';

import { eventually } from '../lib/browser.mjs';
import { CodeServer } from '../lib/code-server.mjs';
import { CODE_SERVER, FIXTURES, PYTHON, VSIX, missing } from '../lib/paths.mjs';
import { Workbench } from '../lib/vscode.mjs';

const skip = missing(CODE_SERVER, VSIX);
/** The time is for a machine that does other things too. */
const options = { skip, timeout: 240000 };
let server, code;

before(async () => {
  if (skip) return;
  server = await CodeServer.start({ workspace: `${FIXTURES}/workspace` });
  code = await Workbench.open(server);
});

afterEach((t) => code?.photographFailure(t));

after(async () => {
  await code?.close();
  await server?.stop();
});

/** Waits until the panel has some words and nothing is at work. */
const shows = (pattern) =>
  eventually(
    async () => ((await code.panel.locator('article[aria-busy=true]').count()) ? 'at work' : code.panelText()),
    (text) => pattern.test(text),
    30000,
    String(pattern),
  );

test('a click on another class explains it, other settings explain anew', options, async () => {
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

test('a difference of two classes, from the keyboard', options, async () => {
  await code.panel.getByRole('button', { name: 'Why “lamp off” rather than “lamp on”?' }).press('Enter');
  await shows(/^lamp off rather than lamp on/);
});

test('the history is stepped through', options, async () => {
  await code.focusPanel();
  await code.titleAction('Previous Explanation');
  await shows(/^lamp off .*Gradient of the logit/);
  await code.titleAction('Previous Explanation');
  await shows(/^lamp off .*Gradient of the probability/);
  await code.titleAction('Next Explanation');
  await shows(/^lamp off .*Gradient of the logit/);
});

test('two classes are compared, with one crosshair', options, async () => {
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

test('Copy as Python: the script gives the same explanation again', options, async () => {
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

test('exported as a picture and as numbers', options, async () => {
  for (const [label, starts] of [['PNG', '\x89PNG'], ['JSON', '{']]) {
    await code.command('Heatline: Export Explanation...');
    await code.pick('Export as what?', label);
    await code.page.locator('.quick-input-title', { hasText: `Export as ${label}` }).waitFor();
    const input = code.page.locator('.quick-input-widget input.input');
    const ending = `.${label.toLowerCase()}`;
    const target = await eventually(() => input.inputValue(), (value) => value.endsWith(ending), 10000, 'a name');
    await code.page.waitForTimeout(500);
    await code.page.keyboard.press('Enter');
    await eventually(() => existsSync(target), Boolean, 10000, target);
    assert.ok(readFileSync(target, 'latin1').startsWith(starts));
  }
});

test('a pinned result stays while another one is explained', options, async () => {
  await code.command('Heatline: Pin This Explanation');
  await code.page.locator('.tab', { hasText: 'lamp.png (pinned)' }).waitFor();
  await code.explorerMenu(/^lamp\.png$/, 'Explain Prediction...');
  await code.pick('Explain with which model?', 'lamp');
  await code.page.locator('.tab', { hasText: /Why: lamp\.png$/ }).waitFor();
  assert.equal(await code.page.locator('.tab', { hasText: 'Why: lamp.png' }).count(), 2);
  await code.screenshot('vscode-pinned');
});
