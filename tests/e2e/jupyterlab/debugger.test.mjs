/** A cell that JupyterLab's debugger has paused: its kernel is busy, and is asked through the debugger. */

import assert from 'node:assert/strict';

import { Notebook } from './notebook.mjs';
import { inJupyterLab } from './session.mjs';

const SETUP = 'import torch\nnet = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.Softmax(-1)).eval()\nx = torch.rand(1, 4)';
const PAUSED = 'def rate(row):\n    pred = net(row)\n    best = pred.max()\n    return best.grad_fn is not None, len(Out), net[0].weight.grad\nrate(x)';
const [SETTING_UP, SAMPLE, CELL] = [0, 1, 2];
const LINE = 3;

inJupyterLab('the debugger of JupyterLab', async (step, lab, page) => {
  lab.writeNotebook('paused.ipynb', [SETUP, 'x', PAUSED]);
  let notebook;

  await step('at a breakpoint, a hover on a prediction of the frame says what made it, and what drove it', async () => {
    notebook = await Notebook.open(page, lab, 'paused.ipynb');
    await notebook.run(SETTING_UP);
    await notebook.explain(SAMPLE, 'x');
    await notebook.finished(SAMPLE);
    await page.locator('.jp-DebuggerBugButton').click();
    const gutter = notebook.cell(CELL).locator('.cm-breakpoint-gutter .cm-gutterElement');
    await gutter.nth(LINE).click({ position: { x: 6, y: 8 } });
    await gutter.nth(LINE).locator('.cm-breakpoint-icon').waitFor();
    await notebook.start(CELL);
    await page.locator('.jp-DebuggerCallstackFrame', { hasText: 'rate' }).waitFor();
    const tip = await notebook.tip(CELL, 'pred');
    assert.match(await tip.innerText(), /pred = net\(row\).*pred is what net gives for row\..*What speaks for “class \d” in row/s);
    await notebook.screenshot('lab-paused-hover');
    await notebook.away();
  });

  await step('and a right-click explains what is alive in the frame', async () => {
    await notebook.explain(CELL, 'row');
    await notebook.finished(CELL);
    assert.match(await notebook.resultText(CELL), /^class \d.*net · row/);
    await notebook.screenshot('lab-paused');
  });

  await step('the cell goes on as if nothing had been asked, and the kernel answers as before', async () => {
    await page.keyboard.press('F9');
    await notebook.idle();
    assert.equal(await notebook.output(CELL), '(True, 0, None)');
    await notebook.explain(SAMPLE, 'x');
    await notebook.finished(SAMPLE);
  });
});
