/** Notebook 7, which the same server offers: one notebook to a page, no tabs and no status bar. */

import assert from 'node:assert/strict';

import { screenshot } from '../lib/paths.mjs';
import { Notebook } from './notebook.mjs';
import { SidePanel } from './panel.mjs';
import { inJupyterLab } from './session.mjs';

const SETUP = 'import models\nfrom PIL import Image\n\ncritic, lamp = models.opinion(), models.lamp()\nphoto = Image.open("lamp.png")';
const REVIEW = 'review = "A superb film: the acting is great, the end is dull"';
const [SETTING_UP, LITERAL, PLACE] = [0, 1, 2];

inJupyterLab('Notebook 7', async (step, lab, page) => {
  lab.writeNotebook('seven.ipynb', [SETUP, REVIEW, 'photo']);
  const panel = new SidePanel(page);
  const failed = [];
  page.on('console', (message) => /@heatline/.test(message.text()) && failed.push(message.text()));
  let notebook;

  await step('a right-click on a text colours its words and explains it below', async () => {
    notebook = await Notebook.open(page, lab, 'seven.ipynb', 'notebooks');
    await notebook.run(SETTING_UP);
    await notebook.explain(LITERAL, 'superb');
    await notebook.finished(LITERAL);
    assert.match(await notebook.resultText(LITERAL), /^praise \d/);
    const superb = (await notebook.colouredWords(LITERAL)).find(({ text }) => text === 'superb');
    assert.equal(superb.hue, 'orange');
    assert.match(await notebook.hover(LITERAL, 'dull'), /“dull”\s*−0\.\d+\s*against “praise”/);
    await notebook.screenshot('notebook7-text');
  });

  await step('a hover on a sample says what the chosen model makes of it', async () => {
    await notebook.explain(PLACE, 'photo');
    await notebook.finished(PLACE);
    const tip = await notebook.tip(PLACE, 'photo');
    assert.match(await tip.innerText(), /lamp on\s+[\d.]+ %/);
    await tip.locator('canvas').waitFor();
    await notebook.screenshot('notebook7-hover');
    await notebook.away();
  });

  await step('the panel remembers both; what is pinned stands below the notebook', async () => {
    await notebook.palette('Show Explanations');
    await panel.says(/^lamp on \d/);
    await panel.button('Previous Explanation').click();
    await panel.says(/^praise \d/);
    await panel.button('Pin').click();
    await page.locator('.lm-TabBar-tab', { hasText: 'Why: A superb film' }).waitFor();
    const pinned = page.locator('.jp-heatline-mod-below');
    assert.ok((await pinned.boundingBox()).height >= 300, 'it can be read');
    await notebook.screenshot('notebook7-panel');
  });

  await step('an image in the list of files', async () => {
    await page.goto(`${lab.origin}/tree?token=${lab.token}`);
    await page.locator('.jp-DirListing-item', { hasText: 'lamp.png' }).click({ button: 'right' });
    await page.locator('.lm-Menu-item:not(.lm-mod-hidden)', { hasText: 'Explain Prediction…' }).click();
    const dialog = page.locator('.jp-Dialog', { hasText: 'Explain Prediction' });
    await dialog.locator('label', { hasText: 'lamp' }).first().click();
    await page.keyboard.press('Enter');
    await panel.says(/^lamp on \d/);
    await panel.root.locator('canvas').first().waitFor();
    await page.screenshot({ path: screenshot('notebook7-files') });
    assert.deepEqual(failed, [], 'every plugin has what it requires');
  });
});
