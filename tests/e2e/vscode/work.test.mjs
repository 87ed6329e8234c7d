/** Long runs: progress, cancel, and an agent that dies. */

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';

import { eventually } from '../lib/browser.mjs';
import { CodeServer } from '../lib/code-server.mjs';
import { CODE_SERVER, FIXTURES, VSIX, missing } from '../lib/paths.mjs';
import { Workbench } from '../lib/vscode.mjs';

const skip = missing(CODE_SERVER, VSIX);
/** The time is for a machine that does other things too. */
const options = { skip, timeout: 240000 };
const MODEL = 'Explain with which model?';
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

async function startLongRun() {
  await code.explorerMenu('lamp.png', 'Explain Prediction...');
  await code.pick(MODEL, 'slowest_lamp');
  await code.panel.locator('.badge', { hasText: 'refining' }).waitFor();
}

test('a long run shows a preview, how far it is, and how to stop it', options, async () => {
  await startLongRun();
  const bar = code.panel.locator('[role=progressbar]');
  const far = async () => Number(await bar.getAttribute('aria-valuenow'));
  const first = await far();
  await eventually(far, (now) => now > first, 20000, 'progress');
  const toast = code.toast('Explaining lamp.png');
  await toast.waitFor();
  assert.equal(await code.panel.locator('canvas').count(), 1);
  await code.screenshot('vscode-progress');
});

test('Cancel in the panel ends it and leaves the preview', options, async () => {
  await code.panel.getByRole('button', { name: 'Cancel' }).click();
  await code.panel.locator('.badge', { hasText: 'Stopped early' }).waitFor();
  await code.toast('Explaining lamp.png').waitFor({ state: 'hidden' });
  assert.equal(await code.panel.locator('[role=progressbar]').count(), 0);
  assert.equal(await code.panel.locator('canvas').count(), 1);
  assert.deepEqual(await code.toasts(), [], 'cancelling is no error');
  await code.screenshot('vscode-cancelled');
});

test('Cancel in the notification does the same', options, async () => {
  await startLongRun();
  await code.toast('Explaining lamp.png').getByRole('button', { name: 'Cancel' }).click();
  await code.panel.locator('.badge', { hasText: 'Stopped early' }).waitFor();
});

test('an agent that is killed costs one clear error, and the next request starts another', options, async () => {
  await startLongRun();
  const [agent, ...others] = server.agents();
  assert.ok(agent && others.length === 0, 'one agent runs');
  process.kill(agent, 'SIGKILL');
  const failure = code.panel.locator('[role=alert]');
  await failure.waitFor();
  assert.match(await failure.innerText(), /the agent .* was killed by SIGKILL/);
  assert.equal(await code.panel.locator('canvas').count(), 1, 'the preview still stands');
  await code.toast('was killed by SIGKILL').waitFor();
  await code.toast('Explaining lamp.png').waitFor({ state: 'hidden' });
  const toasts = await code.toasts();
  assert.equal(toasts.length, 1, `one error, once: ${toasts.join(' | ')}`);
  await code.screenshot('vscode-agent-killed');

  await code.clearToasts();
  await code.explorerMenu('lamp.png', 'Explain Prediction...');
  await code.pick(MODEL, 'lamp');
  await code.final();
  assert.match(await code.panelText(), /lamp on/);
  assert.equal(await failure.count(), 0);
  assert.notEqual(server.agents()[0], agent);
});
