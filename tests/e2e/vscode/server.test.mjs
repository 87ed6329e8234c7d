/** Models of a `heatline serve`: its token is asked for once, kept secret, and can be set anew. */

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { after } from 'node:test';

import { inVSCode } from '../lib/in-vscode.mjs';
import { FIXTURES, PYTHON } from '../lib/paths.mjs';

const MODEL = 'Explain with which model?';
const TOKEN = 'a-token-for-nobody-but-the-tests';
let served, address;

/** Starts the server, and names it in the workspace's settings. */
const prepare = async (server) => {
  const command = ['-m', 'heatline', 'serve', 'light=models.py:lamp', '--port', '0'];
  const env = { ...process.env, HEATLINE_TOKEN: TOKEN };
  served = spawn(PYTHON, command, { cwd: `${FIXTURES}/workspace`, env, stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(createInterface(served.stdout), 'line');
  [address] = line.match(/ws:\/\/\S+/);
  server.setSettings({ 'heatline.server': address });
};

after(() => served?.kill());

inVSCode('a server', async (step, code, server) => {
  async function giveToken(token) {
    await code.page.locator('.quick-input-title', { hasText: `Token of ${address}` }).waitFor();
    const input = code.page.locator('.quick-input-widget input.input');
    assert.equal(await input.getAttribute('type'), 'password');
    await input.fill(token);
    await input.press('Enter');
  }

  await step('a token that the server does not know is refused, with the button that sets another', async () => {
    await code.explorerMenu('lamp.png', 'Explain Prediction...');
    await giveToken('a-wrong-one-that-is-long-enough');
    const toast = code.toast('does not know the token');
    await toast.getByRole('button', { name: 'Set Server Token' }).waitFor();
    await code.screenshot('vscode-token');
    await toast.getByRole('button', { name: 'Set Server Token' }).click();
    await giveToken(TOKEN);
  });

  await step('with the right one its models explain, and it is asked for no more', async () => {
    await code.explorerMenu('lamp.png', 'Explain Prediction...');
    const rows = await code.pickerRows(MODEL);
    assert.equal(rows.length, 1, 'the models of the server, and those alone');
    assert.match(rows[0], /light.*ws:/s);
    await code.pick(MODEL, 'light');
    await code.final();
    assert.match(await code.panelText(), /^lamp on .* light·lamp\.png/);
    await code.page.locator('.statusbar-item', { hasText: 'light · cpu' }).waitFor();
    assert.deepEqual(server.agents(), [], 'no model runs here');
  });

  await step('the token stands in no command line, no environment, no setting and no diagnostics', async () => {
    for (const pid of server.running('')) {
      for (const file of ['cmdline', 'environ']) {
        const text = readFileSync(`/proc/${pid}/${file}`, 'latin1');
        assert.ok(!text.includes(TOKEN), `${file} of ${pid}`);
      }
    }
    assert.ok(!readFileSync(`${server.home}/data/User/settings.json`, 'utf8').includes(TOKEN));
    await code.command('Heatline: Show Diagnostics');
    await code.page.locator('.tab', { hasText: 'Heatline diagnostics' }).waitFor();
    const report = await code.clipboard();
    assert.ok(report.includes(`heatline.server: "${address}"`) && report.includes('token: stored'), report);
    assert.ok(!report.includes(TOKEN));
  });
}, { prepare });
