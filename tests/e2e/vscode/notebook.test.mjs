/** A notebook with a saved explanation: drawn with the views, and what comes from anywhere is shown as text. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';

import { eventually } from '../lib/browser.mjs';
import { inVSCode } from '../lib/in-vscode.mjs';
import { PYTHON, VERSION } from '../lib/paths.mjs';

/** A notebook as Jupyter saves it: one good result, one of a kind that no version of ours draws. */
const SAVED = `
import json
import heatline.display
import models
found = heatline.display.explain(models.opinion(), "a superb film, the <b>dull</b> great")
bundle = heatline.display.bundle(found)
strange = {"application/vnd.heatline+json": {"picture": {"kind": "film"}}, "text/plain": "a film"}
cells = [
    {"cell_type": "code", "execution_count": 1, "metadata": {}, "source": "heatline.explain(model, text)",
     "outputs": [{"output_type": "execute_result", "execution_count": 1, "metadata": {}, "data": data}]}
    for data in (bundle, strange)
]
with open("saved.ipynb", "w") as file:
    json.dump({"cells": cells, "metadata": {"language_info": {"name": "python"}}, "nbformat": 4, "nbformat_minor": 4}, file)
`;

inVSCode('saved notebooks in VS Code', async (step, code) => {
  await step('a saved explanation is drawn in the notebook, with words to point at and nothing taken for markup', async () => {
    await code.explorerRow('saved.ipynb').first().dblclick();
    const output = code.page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');
    const text = output.locator('p.text');
    await text.first().waitFor();
    assert.match(await text.first().innerText(), /the <b>dull<\/b> great/);
    assert.equal(await output.locator('p.text b').count(), 0);
    await text.first().locator('.unit', { hasText: 'superb' }).hover();
    const readout = output.locator('.readout').first();
    await eventually(() => readout.innerText(), (words) => /“superb”\s+\+/.test(words), 5000, 'the number of a word');
    await code.screenshot('vscode-notebook');
  });

  await step('its words are in the language of VS Code, as far as they are translated', async () => {
    const output = code.page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');
    await output.locator('h3', { hasText: 'Stärkste Klassen' }).first().waitFor();
    assert.equal(await output.locator('h3', { hasText: 'Trust' }).count(), 1);
  });

  await step('a result of a kind that this version does not know is said to be one', async () => {
    const output = code.page.frameLocator('iframe.webview.ready').frameLocator('iframe#active-frame');
    await output.locator('[role=alert]', { hasText: 'saved in a form that this version' }).waitFor();
  });
}, {
  // Else a notebook that is opened before VS Code's own extensions are there opens as text.
  settings: { 'workbench.editorAssociations': { '*.ipynb': 'jupyter-notebook' } },
  view: { language: 'de' },
  prepare: ({ workspace, home }) => {
    execFileSync(PYTHON, ['-c', SAVED], { cwd: workspace });
    const translation = path.join(home, `ext/heatline.heatline-${VERSION}/l10n/bundle.l10n.de.json`);
    writeFileSync(translation, JSON.stringify({ 'Top classes': 'Stärkste Klassen' }));
  },
});
