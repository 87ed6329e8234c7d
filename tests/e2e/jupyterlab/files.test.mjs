/** Images and checkpoints of the file browser, explained without a notebook, below a base URL as of JupyterHub. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { eventually } from '../lib/browser.mjs';
import { PYTHON, screenshot } from '../lib/paths.mjs';
import { SidePanel } from './panel.mjs';
import { inJupyterLab } from './session.mjs';

/** The one parameter of the lamp, as safetensors lays it out: the header's length, the header, the numbers. */
function weights(scale) {
  const header = Buffer.from(JSON.stringify({ scale: { dtype: 'F32', shape: [], data_offsets: [0, 4] } }));
  const [length, number] = [Buffer.alloc(8), Buffer.alloc(4)];
  length.writeBigUInt64LE(BigInt(header.length));
  number.writeFloatLE(scale);
  return Buffer.concat([length, header, number]);
}

inJupyterLab('files in JupyterLab', async (step, lab, page) => {
  const panel = new SidePanel(page);
  const kernels = () => lab.api('api/kernels');
  const noKernel = (what) => eventually(kernels, (all) => all.length === 0, 30000, what);

  const menu = async (file, label) => {
    const item = page.locator('.jp-DirListing-item', { hasText: file });
    await item.click({ button: 'right' });
    return page.locator('.lm-Menu-item:not(.lm-mod-hidden)', { hasText: label });
  };
  const open = async () => {
    await page.goto(`${lab.origin}/lab?reset&token=${lab.token}`);
    await page.locator('.jp-DirListing-item', { hasText: 'lamp.png' }).waitFor();
  };
  const choose = async (name) => {
    const dialog = page.locator('.jp-Dialog', { hasText: 'Explain Prediction' });
    await dialog.locator('label', { hasText: name }).first().click();
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
  };
  /** Waits for the explanation of a class; how sure the model is of it, in percent. */
  const finished = async (label) => Number(/ ([\d.]+) %/.exec(await panel.says(new RegExp(`^${label} [\\d.]+ %.*Completeness error`, 's')))[1]);
  let sure;

  await step('an image, by a model of the program text beside it', async () => {
    writeFileSync(path.join(lab.work, 'brighter.safetensors'), weights(16));
    await open();
    assert.equal((await kernels()).length, 0, 'nothing is started before a gesture');
    await (await menu('lamp.png', 'Explain Prediction…')).click();
    await choose('lamp');
    sure = await finished('lamp on');
    await panel.root.locator('canvas').first().waitFor();
    assert.equal((await kernels()).length, 1);
    await page.screenshot({ path: screenshot('lab-files') });
  });

  await step('it is asked on, stepped back from and exported like any other', async () => {
    await panel.root.getByRole('button', { name: 'lamp off', exact: true }).click();
    await finished('lamp off');
    await panel.button('Previous Explanation').click();
    await finished('lamp on');
    const saved = page.waitForEvent('download');
    await panel.export('PNG');
    const file = await (await saved).path();
    assert.ok(readFileSync(file, 'latin1').startsWith('\x89PNG'));
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await panel.button('Copy as Python').click();
    const script = await eventually(() => page.evaluate(() => navigator.clipboard.readText()));
    const program = `${script.replace('heatline.explain(', 'result = heatline.explain(')}\nprint(result.target.label)`;
    assert.match(execFileSync(PYTHON, ['-c', program], { cwd: lab.work, encoding: 'utf8' }), /^lamp on$/m);
  });

  await step('a file that is no image says so, in the same kernel with the same model', async () => {
    const [{ id }] = await kernels();
    await (await menu('notes.png', 'Explain Prediction…')).click();
    await panel.root.getByText('notes.png is not an image').waitFor();
    assert.deepEqual((await kernels()).map((kernel) => kernel.id), [id]);
  });

  await step('other files have no such entry', async () => {
    const entry = await menu('models.py', 'Explain Prediction…');
    await page.locator('.lm-Menu-item', { hasText: 'Rename' }).waitFor();
    assert.equal(await entry.count(), 0);
    await page.keyboard.press('Escape');
  });

  await step('a checkpoint becomes the model', async () => {
    await (await menu('brighter.safetensors', 'Use as Model')).click();
    await choose('as the weights of lamp (');
    await page.getByText('Images are explained by brighter.safetensors@models.py:lamp from now on').first().waitFor();
    await (await menu('lamp.png', 'Explain Prediction…')).click();
    assert.ok((await finished('lamp on')) > sure, 'with weights that are twice as large');
  });

  await step('the kernel ends with the page; of several kernels one is chosen; and it ends when nobody asks', async () => {
    lab.addKernel('other', { argv: [PYTHON, '-m', 'ipykernel_launcher', '-f', '{connection_file}'] });
    await lab.setSettings('@heatline/jupyterlab:files', { idleMinutes: 0.02 });
    await page.goto('about:blank');
    await noKernel('a kernel that ends with its page');
    await open();
    await (await menu('lamp.png', 'Explain Prediction…')).click();
    await page.getByText('Which kernel is to compute?').waitFor();
    await page.screenshot({ path: screenshot('lab-files-kernel') });
    await choose('other');
    await page.getByText('Which model is to explain').waitFor();
    await page.keyboard.press('Escape');
    await panel.root.getByRole('heading', { name: 'No explanation yet' }).waitFor();
    await noKernel('a kernel that ends when it is asked no more');
  });
}, { base: '/user/ada' });
