/** The side panel: where results go when a person says so, asked on, compared, exported, pinned, stepped through. */

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';

import { eventually } from '../lib/browser.mjs';
import { Notebook } from './notebook.mjs';
import { SidePanel } from './panel.mjs';
import { inJupyterLab } from './session.mjs';

const SETUP = 'import torch\nimport models\nfrom PIL import Image\n\ncritic = models.opinion()\nlamp = models.lamp()\nphoto = Image.open("lamp.png")';
const REVIEW = 'review = "A superb film: the acting is great, the end is dull"';
const [SETTING_UP, LITERAL, IMAGE] = [0, 1, 2];

inJupyterLab('the side panel of JupyterLab', async (step, lab, page) => {
  lab.writeNotebook('panel.ipynb', [SETUP, REVIEW, 'lamp, photo']);
  await lab.setSettings('@heatline/jupyterlab:explain', { place: 'panel' });
  const panel = new SidePanel(page);
  let notebook;

  await step('an empty panel says what to do', async () => {
    notebook = await Notebook.open(page, lab, 'panel.ipynb');
    await notebook.palette('Show Explanations');
    await panel.root.getByRole('heading', { name: 'No explanation yet' }).waitFor();
    assert.equal(await panel.button('Export…').isDisabled(), true);
    await notebook.screenshot('lab-panel-empty');
  });

  await step('a text is explained in the panel, its words coloured in the cell; nothing is put below it', async () => {
    await notebook.run(SETTING_UP);
    await notebook.explain(LITERAL, 'superb');
    await panel.says(/praise \d.*Integrated gradients/);
    await notebook.cell(LITERAL).locator('.heatline-word').first().waitFor();
    assert.equal(await notebook.result(LITERAL).count(), 0);
    await page.locator('.jp-heatline-Status').getByText('critic · cpu').waitFor();
    await notebook.screenshot('lab-panel-text');
  });

  await step('a click on a class explains it; one can step back and forward', async () => {
    await panel.root.getByRole('button', { name: /blame/ }).first().click();
    await panel.says(/^blame \d/);
    await panel.root.getByText('2 of 2').waitFor();
    await panel.button('Previous Explanation').click();
    await panel.says(/^praise \d/);
    await panel.root.locator('.jp-heatline-PanelBody').focus();
    await page.keyboard.press('Alt+ArrowRight');
    await panel.says(/^blame \d/);
  });

  await step('another method', async () => {
    await panel.root.getByLabel('Method').selectOption('gradient');
    await panel.says(/Gradient of the probability/);
  });

  await step('a picture, pinned, stays in a tab of its own', async () => {
    await notebook.explain(IMAGE, 'lamp');
    await panel.says(/^lamp on \d/);
    await panel.root.locator('canvas').first().waitFor();
    await notebook.screenshot('lab-panel-image');
    await panel.button('Pin').click();
    await page.locator('.lm-TabBar-tab', { hasText: 'Why: photo' }).waitFor();
    await notebook.screenshot('lab-panel-pinned');
  });

  await step('two methods side by side, and their difference', async () => {
    await panel.button('Compare…').click();
    await page.locator('.jp-Dialog').getByLabel('Gradient', { exact: true }).check();
    await notebook.screenshot('lab-panel-compare-dialog');
    await page.keyboard.press('Enter');
    await panel.root.getByText('Difference', { exact: true }).first().waitFor();
    await eventually(() => panel.root.locator('canvas').count(), (count) => count >= 3, 20000, 'three pictures');
    await notebook.screenshot('lab-panel-compare');
  });

  await step('an export is a file', async () => {
    await panel.button('Previous Explanation').click();
    for (const [format, head] of [['PNG', '\x89PNG'], ['HTML', '<!doc'], ['NPZ', 'PK'], ['JSON', '{']]) {
      const [download] = await Promise.all([page.waitForEvent('download'), panel.export(format)]);
      assert.match(download.suggestedFilename(), new RegExp(`lamp.*photo.*\\.${format.toLowerCase()}$`));
      const start = readFileSync(await download.path()).subarray(0, head.length).toString('latin1');
      assert.equal(start.toLowerCase(), head.toLowerCase());
    }
  });

  await step('a copy as Python gives it again', async () => {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await panel.button('Copy as Python').click();
    const copied = await eventually(() => page.evaluate(() => navigator.clipboard.readText()));
    assert.match(copied, /heatline\.explain\(\n    lamp,\n    photo,\n    method="integrated",\n    target=0,/);
  });

  await step('without its kernel nothing can be asked on', async () => {
    await panel.root.getByLabel('Method').waitFor();
    await notebook.menu('Kernel', /^Restart Kernel…$/);
    await page.locator('.jp-Dialog .jp-mod-accept').click();
    await panel.root.getByLabel('Method').waitFor({ state: 'detached' });
    assert.equal(await panel.button('Export…').isDisabled(), true);
    assert.equal(await panel.button('Copy as Python').isDisabled(), false);
  });
});
