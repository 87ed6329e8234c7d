/** Hovers in program text: a sample, a text, a path, and a prediction whose sample changes under it. */

import assert from 'node:assert/strict';

import { Notebook } from './notebook.mjs';
import { inJupyterLab } from './session.mjs';

const SETUP = [
  'import torch\nimport models\nfrom PIL import Image',
  'lamp = models.lamp()\ncritic = models.opinion()\nphoto = Image.open("lamp.png")',
  'class Asked:\n    calls = 0\n    def __repr__(self):\n        Asked.calls += 1\n        raise SystemExit("asked")\nasked = Asked()',
  'net = torch.nn.Sequential(torch.nn.Linear(4, 3), torch.nn.Softmax(-1)).eval()\nx = torch.rand(1, 4)',
].join('\n');
const PREDICT = 'pred = net(x)';
const PLACES = 'photo, asked, "a dull story, superb", "lamp.png", "word"';
const CHANGE = 'x = torch.rand(1, 4)';
const LOOK = 'import sys; print(sum("_heatline_" in name for name in sys.modules), Asked.calls, len(Out))';
const SLEEP = 'import time; time.sleep(4)';
const [SETTING_UP, PREDICTING, PLACE, CHANGING, LOOKING, SLEEPING] = [0, 1, 2, 3, 4, 5];

inJupyterLab('hovers in JupyterLab', async (step, lab, page) => {
  lab.writeNotebook('hover.ipynb', [SETUP, PREDICT, PLACES, CHANGE, LOOK, SLEEP]);
  let notebook;
  const nothing = async (index, word) => {
    await notebook.away();
    await notebook.point(index, word);
    await page.waitForTimeout(1500); // longer than a tooltip takes
    assert.equal(await page.locator('.jp-heatline-Tip').count(), 0, `a tooltip at ${word}`);
  };

  await step('before a gesture the kernel is asked nothing', async () => {
    notebook = await Notebook.open(page, lab, 'hover.ipynb');
    await notebook.run(SETTING_UP);
    await notebook.run(PREDICTING);
    await nothing(PLACE, 'photo');
    await notebook.run(LOOKING);
    assert.equal(await notebook.output(LOOKING), '0 0 0\n');
  });

  await step('a text, by the model that was chosen for texts', async () => {
    await notebook.explain(PLACE, 'a dull story');
    await notebook.finished(PLACE);
    // A coloured word has a tooltip of its own.
    const coloured = notebook.cell(PLACE).locator('.cm-content .heatline-word').first();
    await coloured.waitFor();
    await page.keyboard.press('Escape');
    await coloured.waitFor({ state: 'detached' });
    const tip = await notebook.tip(PLACE, 'a dull story');
    assert.match(await tip.innerText(), /critic.*praise\s+[\d.]+ %.*What speaks for “(praise|blame)”/s);
    assert.ok((await tip.locator('.heatline-word').count()) >= 4);
    await notebook.screenshot('lab-hover-text');
  });

  await step('no model was chosen for pictures, nor for what is no prose', async () => {
    await nothing(PLACE, 'photo');
    await nothing(PLACE, 'word');
    await nothing(PREDICTING, 'pred');
  });

  await step('a picture and a path, once a model was chosen for them', async () => {
    await notebook.explain(PLACE, 'photo');
    await notebook.finished(PLACE);
    for (const place of ['photo', 'lamp.png']) {
      const tip = await notebook.tip(PLACE, place);
      assert.match(await tip.innerText(), /%/);
      // The model sees the red lamp in the left half, and nothing else.
      const [seen, unseen] = await tip.locator('canvas').evaluate((canvas) =>
        [0.28, 0.72].map((x) => [
          ...canvas.getContext('2d').getImageData(x * canvas.width, canvas.height / 2, 1, 1).data,
        ]),
      );
      assert.ok(seen[1] > 150 && unseen[1] < 100, `the heatmap is at ${seen}, not at ${unseen}`);
    }
    await notebook.screenshot('lab-hover-image');
  });

  await step('a prediction: what made it; and when x is another, the word that says so', async () => {
    await notebook.explain(PREDICTING, 'x');
    await notebook.finished(PREDICTING);
    let tip = await notebook.tip(PREDICTING, 'pred');
    assert.match(await tip.innerText(), /pred = net\(x\).*pred is what net gives for x\..*What speaks for/s);
    await notebook.screenshot('lab-hover-prediction');
    await notebook.away();
    await notebook.run(CHANGING);
    tip = await notebook.tip(PREDICTING, 'pred');
    assert.match(await tip.innerText(), /x has changed since pred was computed\..*then\s+now/s);
    assert.equal(await tip.getByText('What speaks for').count(), 0, 'no picture of another sample');
    await notebook.screenshot('lab-hover-changed');
  });

  await step('what has an own repr is not asked for it; nothing of the kernel moved', async () => {
    await nothing(PLACE, 'asked');
    await notebook.run(LOOKING);
    assert.match(await notebook.output(LOOKING), /^\d+ 0 0\n$/);
  });

  await step('a busy kernel is not asked', async () => {
    await notebook.start(SLEEPING);
    await nothing(PLACE, 'photo');
    await notebook.idle();
  });

  await step('settings: the look of pictures, and how is explained, hold in outputs and at the pointer', async () => {
    await lab.setSettings('@heatline/jupyterlab:pictures', { palette: 'viridis', map: 'signed', opacity: 100 });
    await lab.setSettings('@heatline/jupyterlab:explain', { score: 'logit' });
    notebook = await Notebook.open(page, lab, 'hover.ipynb');
    await notebook.explain(PLACE, 'photo');
    await notebook.finished(PLACE);
    const shown = notebook.result(PLACE).last();
    await shown.getByText('Integrated gradients of the logit').waitFor();
    assert.equal(await shown.getByLabel('Opacity').inputValue(), '100');
    let tip = await notebook.tip(PLACE, 'photo');
    const [red, , blue] = await tip.locator('canvas').evaluate((canvas) => [
      ...canvas.getContext('2d').getImageData(0.28 * canvas.width, canvas.height / 2, 1, 1).data,
    ]);
    assert.ok(Math.abs(red - blue) > 30, `a map with signs, not ${red} beside ${blue}`);
    await notebook.screenshot('lab-hover-settings');
    await notebook.explain(PLACE, 'a dull story');
    const coloured = notebook.cell(PLACE).locator('.cm-content .heatline-word').first();
    await coloured.waitFor();
    const said = await notebook.hover(PLACE, 'dull');
    await page.keyboard.press('Escape');
    await coloured.waitFor({ state: 'detached' });
    tip = await notebook.tip(PLACE, 'a dull story');
    const score = await tip.locator('.heatline-word', { hasText: 'dull' }).getAttribute('title');
    assert.ok(said.includes(score), `${score}, as in the cell: ${said}`);
  });

  await step('high contrast; and the setting that switches hovers off', async () => {
    await notebook.palette('Use Theme: JupyterLab Dark High Contrast');
    await page.locator('body[data-jp-theme-name*="High Contrast"]').waitFor({ state: 'attached' });
    await notebook.tip(PLACE, 'photo');
    await notebook.screenshot('lab-hover-contrast');
    await lab.setSettings('@heatline/jupyterlab:hover', { enabled: false });
    notebook = await Notebook.open(page, lab, 'hover.ipynb');
    await notebook.explain(PLACE, 'photo');
    await notebook.finished(PLACE);
    await nothing(PLACE, 'photo');
  });
});
