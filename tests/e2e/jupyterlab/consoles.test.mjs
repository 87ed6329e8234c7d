/** Program text outside of notebooks: a file, and the console that it is run in. The side panel answers. */

import assert from 'node:assert/strict';

import { eventually } from '../lib/browser.mjs';
import { screenshot } from '../lib/paths.mjs';
import { SidePanel } from './panel.mjs';
import { inJupyterLab } from './session.mjs';

inJupyterLab('consoles and files in JupyterLab', async (step, lab, page) => {
  const panel = new SidePanel(page);
  const text = page.locator('.jp-FileEditor .cm-line', { hasText: 'A superb film' });
  const prompt = page.locator('.jp-CodeConsole-promptCell .cm-content');

  const item = async (place, label) => {
    await place.click({ button: 'right', position: { x: 150, y: 8 } });
    await page.locator('.lm-Menu-item', { hasText: label }).click();
  };

  await step('a text in a file that no kernel runs: one line says so', async () => {
    await page.goto(`${lab.origin}/lab/tree/reviews.py?reset&token=${lab.token}`);
    await item(text, 'Explain Prediction…');
    await panel.says(/There is no running kernel here/);
  });

  await step('once its console has a kernel, the text is explained and coloured', async () => {
    await item(text, 'Create Console for Editor');
    await page.locator('.jp-Dialog').getByRole('button', { name: 'Select' }).click();
    const connected = (all) => all.some((kernel) => kernel.execution_state === 'idle' && kernel.connections > 0);
    await eventually(() => lab.api('api/kernels'), connected, 90000, 'a kernel that is idle and connected');
    await prompt.click();
    await page.keyboard.type('import models; critic = models.opinion()');
    await page.keyboard.press('Shift+Enter');
    await page.locator('.jp-CodeConsole-content .jp-InputPrompt', { hasText: '[1]' }).waitFor();
    // In front, a file with a kernel has a toolbar, which moves its lines down.
    await text.click();
    const file = page.locator('.jp-MainAreaWidget', { has: page.locator('.jp-FileEditor') });
    await file.locator('.jp-DebuggerBugButton').waitFor();
    await item(text, 'Explain Prediction…');
    await panel.says(/praise.*critic/s);
    await page.locator('.jp-FileEditor .heatline-word', { hasText: 'superb' }).waitFor();
    await page.screenshot({ path: screenshot('lab-file-editor') });
  });

  await step('and so is a text in the prompt', async () => {
    await prompt.click();
    await page.keyboard.type('review = "dull and slow, too slow');
    await item(prompt, 'Explain Prediction…');
    await panel.says(/blame.*critic/s);
    await prompt.locator('.heatline-word', { hasText: 'slow' }).first().waitFor();
    assert.ok((await page.locator('.jp-FileEditor .heatline-word').count()) > 0, 'the file keeps its colours');
    await page.screenshot({ path: screenshot('lab-console') });
  });
});
