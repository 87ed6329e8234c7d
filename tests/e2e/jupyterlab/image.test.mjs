/** An image in a live notebook: picked from the kernel, drawn below the cell; and a kernel that has other things to do. */

import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import path from 'node:path';

import { eventually } from '../lib/browser.mjs';
import { Notebook } from './notebook.mjs';
import { inJupyterLab } from './session.mjs';

const SETUP = [
  'import os, time, torch\nimport models\nfrom PIL import Image',
  'lamp = models.lamp()\ncritic = models.opinion()\nphoto = Image.open("lamp.png")\nrow = torch.ones(4)\ntitle = "dull"\ndark = torch.zeros(3, 64, 64)',
].join('\n\n');
const [SETTING_UP, CALL, PATHS, SLEEP, SLOW, SLOW_CALL, PID, LOOP, CALM, SUBSHELLS] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];

inJupyterLab('images in JupyterLab', async (step, lab, page) => {
  const slow = 'slow = models.slow_lamp()\ntensor = torch.rand(1, 3, 64, 64)';
  const paths = '"lamp.png", "nowhere.png", "notes.png"';
  const calm = 'calm, calmest = models.lamp(), models.slowest_lamp()\n_ = calm.module.eval(), calmest.module.eval()';
  const loop = 'while not os.path.exists("go"):\n    drawn = torch.rand(1)\n    time.sleep(0.01)\nprint("the end")';
  const cells = [SETUP, 'lamp', paths, 'time.sleep(3)', slow, 'slow, tensor', 'print(os.getpid())', loop, calm, '%subshell'];
  lab.writeNotebook('lamp.ipynb', cells);
  let notebook;

  /** The cell has not ended, and the kernel is busy for the person and for the server. */
  const running = async () => {
    assert.match(await notebook.cell(LOOP).locator('.jp-InputPrompt').innerText(), /\*/);
    assert.equal((await notebook.kernel()).execution_state, 'busy');
    await page.locator('.jp-Notebook-ExecutionIndicator[data-status="busy"]').waitFor();
  };

  await step('a right-click on a model asks for the sample, what fits first', async () => {
    notebook = await Notebook.open(page, lab, 'lamp.ipynb');
    await notebook.run(SETTING_UP);
    await notebook.explain(SETTING_UP, 'lamp');
    await notebook.dialog.waitFor();
    const rows = await notebook.dialog.locator('label').allInnerTexts();
    assert.match(rows.join('\n'), /photo\s.*image/s);
    assert.equal(rows.length, 2, `neither the text nor the row fits a model of images: ${rows}`);
    await notebook.screenshot('lab-image-dialog');
  });

  await step('dismissing the dialog leaves nothing behind', async () => {
    await page.keyboard.press('Escape');
    await notebook.dialog.waitFor({ state: 'detached' });
    await notebook.result(SETTING_UP).waitFor({ state: 'detached' });
  });

  await step('the sample that is picked is explained by a heatmap where the model looks', async () => {
    await notebook.explain(CALL, 'lamp');
    await notebook.choose('photo');
    await notebook.result(CALL).locator('canvas').waitFor();
    await notebook.finished(CALL);
    assert.match(await notebook.resultText(CALL), /lamp on \d/);
    // The model sees red in the left half, and nothing else.
    const [seen, unseen] = await notebook.canvas(CALL, [[0.25, 0.5], [0.9, 0.9]]);
    assert.notDeepEqual(seen, unseen);
    await notebook.result(CALL).scrollIntoViewIfNeeded();
    await notebook.screenshot('lab-image');
  });

  await step('a slider changes the picture', async () => {
    const [before] = await notebook.canvas(CALL, [[0.25, 0.5]]);
    await notebook.result(CALL).getByLabel('Opacity').fill('0');
    await eventually(async () => (await notebook.canvas(CALL, [[0.25, 0.5]]))[0].join(), (now) => now !== before.join());
  });

  await step('the saved notebook holds the picture as PNG and as HTML', async () => {
    await notebook.save();
    const [output] = lab.readNotebook('lamp.ipynb').cells[CALL].outputs.filter(({ output_type }) => output_type === 'display_data');
    const png = Buffer.from(output.data['image/png'], 'base64');
    assert.equal(png.subarray(1, 4).toString(), 'PNG');
    assert.ok(JSON.stringify(output).length < 500_000);
  });

  await step('paths of images: a photo, one that is not there, one that is no image', async () => {
    await notebook.explain(PATHS, 'nowhere');
    await notebook.result(PATHS).getByText(/there is no file .*nowhere\.png/).waitFor();
    await notebook.explain(PATHS, 'notes');
    await notebook.result(PATHS).getByText(/notes\.png is not an image/).waitFor();
    await notebook.explain(PATHS, 'lamp');
    await notebook.finished(PATHS);
    assert.match(await notebook.resultText(PATHS), /^lamp on \d.*lamp\.png/);
  });

  await step('a busy kernel: the explanation says that it waits, and comes', async () => {
    await notebook.start(SLEEP);
    await notebook.explain(SETTING_UP, 'title');
    const waiting = notebook.result(SETTING_UP).getByText('Waiting for the kernel');
    await waiting.waitFor();
    assert.match(await waiting.innerText(), /With the setting “Explain while a cell runs” it would not wait/);
    await notebook.screenshot('lab-busy');
    await notebook.finished(SETTING_UP);
    assert.match(await notebook.resultText(SETTING_UP), /blame \d/);
  });

  await step('with the setting on a model in evaluation mode is explained while the cell runs', async () => {
    await lab.setSettings('@heatline/jupyterlab:explain', { whileBusy: true });
    notebook = await Notebook.open(page, lab, 'lamp.ipynb');
    await notebook.run(CALM);
    await notebook.start(LOOP);
    await notebook.explain(CALM, 'calm');
    await notebook.choose('photo');
    await notebook.finished(CALM);
    await running();
    assert.match(await notebook.resultText(CALM), /lamp on \d[^]*Computed while other code ran/);
    await notebook.cell(LOOP).evaluate((cell) => cell.scrollIntoView());
    await notebook.screenshot('lab-while-busy');
  });

  await step('a model in training mode is refused; a run beside the cell can be cancelled', async () => {
    await notebook.explain(CALL, 'lamp');
    await notebook.choose('photo');
    await notebook.result(CALL).last().getByText('the model is in training mode').waitFor();
    await notebook.result(CALL).last().getByText('Wait for the code that is running').waitFor();
    await notebook.explain(CALM, 'calmest');
    await notebook.choose('photo');
    await notebook.result(CALM).last().getByRole('button', { name: 'Cancel' }).click();
    await notebook.result(CALM).last().getByText('Cancelled').waitFor();
    await running();
  });

  await step('the cell ends, and the subshell goes', async () => {
    writeFileSync(path.join(lab.work, 'go'), '');
    await notebook.idle();
    assert.match(await notebook.output(LOOP), /the end/);
    const none = async () => {
      await page.waitForTimeout(1500); // a cell is a reason to keep it
      await notebook.run(SUBSHELLS);
      return notebook.output(SUBSHELLS);
    };
    await eventually(none, (text) => text.includes('subshell list: []'), 20000, 'the end of the subshell');
  });

  await step('a long run shows previews and can be cancelled; the kernel is free at once', async () => {
    await notebook.run(SLOW);
    await notebook.explain(SLOW_CALL, 'slow');
    await notebook.choose('tensor');
    await notebook.result(SLOW_CALL).getByText('Preview').waitFor();
    await notebook.screenshot('lab-preview');
    await notebook.result(SLOW_CALL).getByRole('button', { name: 'Cancel' }).click();
    await notebook.result(SLOW_CALL).getByText('Stopped early').waitFor();
    const start = Date.now();
    await notebook.run(PID);
    assert.ok(Date.now() - start < 3000, 'the next cell does not wait for what was cancelled');
  });

  await step('a kernel that is killed during a run: one line, and another gesture works', async () => {
    const pid = Number(await notebook.output(PID));
    await notebook.explain(SLOW_CALL, 'tensor');
    await notebook.choose('slow');
    await notebook.result(SLOW_CALL).getByText('of at most').waitFor();
    process.kill(pid, 'SIGKILL');
    await notebook.result(SLOW_CALL).getByText('The kernel was restarted or stopped').waitFor();
    await notebook.screenshot('lab-kernel-killed');
    await page.keyboard.press('Enter'); // JupyterLab's own word about the restart
    await eventually(() => notebook.kernel(), (kernel) => kernel?.execution_state === 'idle', 20000, 'a new kernel');
    await notebook.explain(CALL, 'lamp');
    await notebook.result(CALL).getByText('No model is alive in this kernel').waitFor();
  });
});
