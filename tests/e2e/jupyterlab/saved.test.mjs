/** What lasts: a saved notebook opened again, with heatline, without it, and as a page; and what can be asked on. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { constants, inflateSync } from 'node:zlib';

import { eventually } from '../lib/browser.mjs';
import { PYTHON, SCREENSHOTS, screenshot } from '../lib/paths.mjs';
import { Notebook } from './notebook.mjs';
import { SidePanel } from './panel.mjs';
import { inJupyterLab } from './session.mjs';

const SETUP = 'import torch\nimport models\n\ncritic = models.opinion()\nfilms = ["a superb film", "a dull film", "the film is great"] * 20';
const REVIEW = 'review = "A superb film: the acting is great, the end is dull"';
const PRINTED = 'print("a great film, and dull")';
const MARKDOWN = 'They said: a *superb* film, the end is dull.';
const [SETTING_UP, LITERAL, PRINT, NOTE] = [0, 1, 2, 3];

inJupyterLab('saved notebooks in JupyterLab', async (step, lab, page) => {
  lab.writeNotebook('saved.ipynb', [SETUP, REVIEW, PRINTED]);
  const saved = lab.readNotebook('saved.ipynb');
  saved.cells.push({ cell_type: 'markdown', id: 'note', metadata: {}, source: MARKDOWN });
  lab.saveNotebook('saved.ipynb', saved);
  const panel = new SidePanel(page);
  let notebook;
  const result = () => notebook.result(LITERAL);

  await step('an output can be asked on: a click on a class puts its explanation there', async () => {
    notebook = await Notebook.open(page, lab, 'saved.ipynb');
    await notebook.run(SETTING_UP);
    await notebook.explain(LITERAL, 'superb');
    await notebook.finished(LITERAL);
    await result().getByRole('button', { name: /blame/ }).first().click();
    await eventually(() => notebook.resultText(LITERAL), (text) => /^blame \d.*Completeness/.test(text), 30000, 'blame');
    assert.equal(await result().count(), 1);
    await result().getByLabel('Score').selectOption('logit');
    await result().getByText('Integrated gradients of the logit').waitFor();
    await notebook.finished(LITERAL);
  });

  await step('a text that is selected in an output and in Markdown is explained, its words coloured there', async () => {
    await notebook.run(PRINT);
    await notebook.select(PRINT, '.jp-RenderedText pre');
    await notebook.finished(PRINT);
    assert.deepEqual(await notebook.markedWords(), ['dull', 'great']);
    await notebook.select(NOTE, '.jp-RenderedMarkdown p');
    await panel.says(/^(praise|blame) \d/);
    assert.deepEqual(await notebook.markedWords(), ['dull', 'superb']);
    await notebook.screenshot('lab-markdown');
    await page.keyboard.press('Escape');
    assert.deepEqual(await notebook.markedWords(), []);
  });

  await step('an average over texts that are alive, in the panel', async () => {
    await notebook.palette('Average over a Data Set');
    await panel.says(/over 60 samples of films.*superb/);
    await notebook.screenshot('lab-average');
  });

  await step('opened again, in high contrast: the words are coloured, and the kernel was asked nothing', async () => {
    await notebook.save();
    await lab.setSettings('@jupyterlab/apputils-extension:themes', { theme: 'JupyterLab Dark High Contrast' });
    const asked = [];
    page.on('request', (request) => request.url().includes('heatline/agent') && asked.push(request.url()));
    notebook = await Notebook.open(page, lab, 'saved.ipynb');
    await notebook.cell(LITERAL).locator('.heatline-word').first().waitFor();
    const words = await notebook.colouredWords(LITERAL);
    assert.ok(words.some(({ text, line }) => text === 'superb' && line !== 'none'));
    const marked = (words) => words.join() === 'dull,great,superb';
    await eventually(() => notebook.markedWords(), marked, 20000, 'colours in Markdown and in what was printed');
    assert.deepEqual(asked, []);
    await notebook.palette('Show Explanations');
    await notebook.screenshot('lab-high-contrast');
  });

  await step('and then it can be asked on: the model is found by its name', async () => {
    await result().getByRole('button', { name: /praise/ }).first().click();
    await eventually(() => notebook.resultText(LITERAL), (text) => /^praise \d.*Completeness/.test(text), 30000, 'praise');
    await notebook.screenshot('lab-high-contrast-result');
  });

  await step('without the extension its page form is shown', async () => {
    await notebook.save();
    lab.disable('@heatline/jupyterlab');
    notebook = await Notebook.open(page, lab, 'saved.ipynb');
    await notebook.cell(LITERAL).locator('.jp-RenderedHTML').getByText('superb').first().waitFor();
    assert.equal(await result().count(), 0);
    const curve = notebook.cell(LITERAL).locator('.jp-RenderedHTML img[src^="data:image/svg+xml"]').first();
    await curve.scrollIntoViewIfNeeded();
    assert.ok(await curve.evaluate((image) => image.decode().then(() => image.naturalWidth > 100)), 'the sanitizer leaves it');
    await notebook.screenshot('lab-without-heatline');
  });

  await step('as a page, made by nbconvert, with no network', async () => {
    execFileSync(PYTHON, ['-m', 'nbconvert', '--to', 'html', '--log-level=ERROR', 'saved.ipynb'], { cwd: lab.work });
    const offline = await page.context().browser().newContext({ viewport: { width: 1000, height: 800 } });
    await offline.route(/^https?:/, (route) => route.abort());
    const view = await offline.newPage();
    await view.goto(pathToFileURL(path.join(lab.work, 'saved.html')).href);
    const shown = view.locator('.jp-OutputArea-output.jp-RenderedHTMLCommon').first();
    assert.match(await shown.innerText(), /superb/);
    assert.equal(await shown.locator('script').count(), 0);
    await shown.scrollIntoViewIfNeeded();
    await view.screenshot({ path: screenshot('lab-nbconvert') });
    // As a person prints it: browsers leave out backgrounds, unless the page insists.
    const pdf = await view.pdf({ path: path.join(SCREENSHOTS, 'lab-nbconvert.pdf'), format: 'A4', printBackground: false });
    const strongest = shown.locator('.heatline-text span', { hasText: 'superb' });
    const colour = await strongest.evaluate((word) => getComputedStyle(word).backgroundColor.match(/\d+/g).map(Number));
    assert.ok(fills(pdf).some((fill) => fill.every((part, i) => Math.abs(255 * part - colour[i]) < 1)), `${colour} is printed`);
    await offline.close();
  });
});

/** The colours that areas of a PDF are filled with: red, green and blue, in [0, 1]. */
function fills(pdf) {
  const found = [];
  for (const { index } of pdf.toString('latin1').matchAll(/\/FlateDecode\b[^]*?\bstream\r?\n/g)) {
    const start = pdf.indexOf('stream', index) + 'stream'.length;
    const data = pdf.subarray(pdf[start] === 13 ? start + 2 : start + 1, pdf.indexOf('endstream', start));
    const drawn = inflateSync(data, { finishFlush: constants.Z_SYNC_FLUSH }).toString('latin1');
    for (const [, ...parts] of drawn.matchAll(/([\d.]+) ([\d.]+) ([\d.]+) rg\b/g)) found.push(parts.map(Number));
  }
  return found;
}
