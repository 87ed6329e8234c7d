/** What goes wrong is said in one line where the person looks. */

import assert from 'node:assert/strict';

import { eventually } from '../lib/browser.mjs';
import { addKernelOfR, addKernelWithout } from './kernels.mjs';
import { Notebook } from './notebook.mjs';
import { inJupyterLab } from './session.mjs';

const MODULES = [
  // A heatline of another time: it is the notebook's own, and the extension does not need it.
  'import torch, sys, types\nsys.modules["heatline"] = types.ModuleType("heatline")\nsys.modules["heatline"].__version__ = "0.0.1"',
  'class Broken(torch.nn.Module):\n    def forward(self, x):\n        raise ValueError("the weights are upside down")',
  'broken = Broken()\nx = torch.rand(1, 3, 8, 8)',
  'eyes = torch.nn.Sequential(torch.nn.Conv2d(3, 2, 3), torch.nn.AdaptiveAvgPool2d(1), torch.nn.Flatten())',
].join('\n');
const PLACES = 'empty = ""\nnumber = 1 + 1\nbroken';
const [SETTING_UP, PLACE] = [0, 1];

/** What is right-clicked -> the line that is read below the cell. */
const LINES = [
  ['""', /This text is empty/],
  ['number', /“number” is neither a model nor a sample that is alive in the kernel/],
  ['+', /There is nothing to explain at this place/],
];

inJupyterLab('faults in JupyterLab', async (step, lab, page) => {
  addKernelWithout(lab, 'no-torch', ['torch', 'torchgen', 'functorch']);
  addKernelWithout(lab, 'no-heatline', ['heatline', 'attribution_core']);
  addKernelOfR(lab, 'r');
  let notebook;

  const says = async (index, line) => {
    await notebook.result(index).locator('[role=alert]').waitFor();
    assert.match(await notebook.resultText(index), line);
  };

  await step('a kernel that speaks no Python', async () => {
    lab.writeNotebook('r.ipynb', ['net <- "a text"'], 'r');
    notebook = await Notebook.open(page, lab, 'r.ipynb');
    await notebook.explain(0, 'a text');
    await says(0, /This kernel speaks R; heatline explains PyTorch models in Python kernels/);
  });

  await step('no torch in the kernel', async () => {
    lab.writeNotebook('no-torch.ipynb', ['review = "a text"'], 'no-torch');
    notebook = await Notebook.open(page, lab, 'no-torch.ipynb');
    await notebook.run(0);
    await notebook.explain(0, 'a text');
    await says(0, /torch is not installed in .*python/);
    await notebook.screenshot('lab-no-torch');
  });

  await step('a kernel with another heatline, and without it, explains all the same', async () => {
    lab.writeNotebook('modules.ipynb', [MODULES, PLACES], 'no-heatline');
    notebook = await Notebook.open(page, lab, 'modules.ipynb');
    await notebook.explain(SETTING_UP, 'torch');
    await says(SETTING_UP, /No model is alive in this kernel/);
    await notebook.run(SETTING_UP);
    await notebook.explain(SETTING_UP, 'eyes');
    await notebook.finished(SETTING_UP);
    await notebook.result(SETTING_UP).locator('canvas').waitFor();
  });

  for (const [word, line] of LINES) {
    await step(`right-click on ${word}`, async () => {
      await notebook.explain(PLACE, word);
      await says(PLACE, line);
    });
  }

  await step('a model that raises: its own words, and the cell below runs on', async () => {
    await notebook.explain(PLACE, 'broken');
    await says(PLACE, /the weights are upside down/);
    assert.equal(await notebook.result(PLACE).count(), 1, 'the lines before it made way');
    await notebook.screenshot('lab-broken-model');
  });

  await step('a saved result of another version that cannot be read says so', async () => {
    await notebook.save();
    // JupyterLab calls a notebook saved before all of it is on the disk.
    const saved = await eventually(() => lab.readNotebook('modules.ipynb'));
    const { data } = saved.cells[SETTING_UP].outputs.find((output) => 'application/vnd.heatline+json' in output.data);
    data['application/vnd.heatline+json'] = { version: '0.0.1', heatmap: [[0, 1]] };
    lab.saveNotebook('older.ipynb', saved);
    notebook = await Notebook.open(page, lab, 'older.ipynb');
    const line = notebook.result(SETTING_UP).getByText('saved in a form that this version of heatline cannot read');
    await line.waitFor();
    notebook = await Notebook.open(page, lab, 'modules.ipynb');
  });

  await step('hostile content of a saved result is shown as text', async () => {
    await notebook.save();
    // JupyterLab calls a notebook saved before all of it is on the disk.
    const saved = await eventually(() => lab.readNotebook('modules.ipynb'));
    const evil = '<img src=x onerror="window.hacked = true"><script>window.hacked = true</script>';
    const { data } = saved.cells[SETTING_UP].outputs.find((output) => 'application/vnd.heatline+json' in output.data);
    const explanation = data['application/vnd.heatline+json'];
    Object.assign(explanation, { model: evil, sample: evil, notes: [evil] });
    explanation.target.label = evil;
    lab.saveNotebook('hostile.ipynb', saved);
    notebook = await Notebook.open(page, lab, 'hostile.ipynb');
    await notebook.result(SETTING_UP).getByText('<script>').first().waitFor();
    assert.equal(await page.evaluate(() => window.hacked), undefined);
  });
});
