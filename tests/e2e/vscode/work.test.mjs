/** Long runs: progress, cancel, and an agent that dies. */

import assert from 'node:assert/strict';

import { eventually } from '../lib/browser.mjs';
import { inVSCode } from '../lib/in-vscode.mjs';

const MODEL = 'Explain with which model?';

inVSCode('long runs in VS Code', async (step, code, server) => {
  async function startLongRun() {
    await code.explorerMenu('lamp.png', 'Explain Prediction...');
    await code.pick(MODEL, 'slowest_lamp');
    await code.panel.locator('.badge', { hasText: 'refining' }).waitFor();
  }

  await step('a long run shows a preview, how far it is, and how to stop it', async () => {
    await startLongRun();
    const bar = code.panel.locator('[role=progressbar]');
    const far = async () => Number(await bar.getAttribute('aria-valuenow'));
    const first = await far();
    await eventually(far, (now) => now > first, 20000, 'progress');
    const toast = code.toast('Explaining lamp.png');
    await toast.waitFor();
    const status = code.page.locator('.statusbar-item', { hasText: 'slowest_lamp' });
    const told = async () => Number(/· (\d+) %/.exec(await status.innerText())?.[1]);
    const before = await eventually(told, (now) => now > 0, 20000, 'how far it is, in the status item');
    await eventually(told, (now) => now > before, 20000, 'progress in the status item');
    assert.equal(await code.panel.locator('canvas').count(), 1);
    await code.screenshot('vscode-progress');
  });

  await step('Cancel in the panel ends it and leaves the preview', async () => {
    await code.panel.getByRole('button', { name: 'Cancel' }).click();
    await code.panel.locator('.badge', { hasText: 'Stopped early' }).waitFor();
    await code.toast('Explaining lamp.png').waitFor({ state: 'hidden' });
    assert.equal(await code.panel.locator('[role=progressbar]').count(), 0);
    assert.equal(await code.panel.locator('canvas').count(), 1);
    assert.deepEqual(await code.toasts(), [], 'cancelling is no error');
    await code.screenshot('vscode-cancelled');
  });

  await step('Cancel in the notification does the same', async () => {
    await startLongRun();
    await code.toast('Explaining lamp.png').getByRole('button', { name: 'Cancel' }).click();
    await code.panel.locator('.badge', { hasText: 'Stopped early' }).waitFor();
  });

  await step('an agent that is killed costs one clear error, and the next request starts another', async () => {
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

  await step('a language server that is killed comes again by itself', async () => {
    const [before] = server.running('boot.py');
    process.kill(before, 'SIGKILL');
    await eventually(() => server.running('boot.py'), ([pid]) => pid && pid !== before, 20000, 'another one');
    await code.explorerMenu('lamp.png', 'Explain Prediction...');
    await code.pick(MODEL, 'lamp');
    await code.panel.locator('article[aria-busy=true]').waitFor();
    await code.final();
    assert.match(await code.panelText(), /lamp on/);
    assert.deepEqual(await code.toasts(), []);
  });
}, { shares: true });
