/** A text in a live notebook: coloured in its cell, explained below it. */

import assert from 'node:assert/strict';

import { eventually } from '../lib/browser.mjs';
import { Notebook } from './notebook.mjs';
import { inJupyterLab } from './session.mjs';

const SETUP = 'import torch\nimport heatline, models\n\ncritic = models.opinion()\ncritic.module.embedding.weight.grad = torch.ones(10, 1)';
const REVIEW = 'review = "A superb film: the acting is great, the end is dull"';
const STATE =
  'print(_, sorted(Out), [n for n in dir() if not n.startswith("_")], torch.get_rng_state().sum().item(), critic.module.training, critic.module.embedding.weight.grad.sum().item())';
const MAGIC = '%load_ext heatline\n%heatline critic review --target blame';
const [SETTING_UP, LITERAL, VALUE, LOOK, CALL, TYPED] = [0, 1, 2, 3, 4, 5];

inJupyterLab('texts in JupyterLab', async (step, lab, page) => {
  lab.writeNotebook('reviews.ipynb', [SETUP, REVIEW, '40 + 2', STATE, 'heatline.explain(critic, review)', MAGIC]);
  let notebook;

  await step('no gesture, nothing is sent to the kernel', async () => {
    const asked = [];
    page.on('request', (request) => request.url().includes('heatline/agent') && asked.push(request.url()));
    notebook = await Notebook.open(page, lab, 'reviews.ipynb');
    for (const cell of [SETTING_UP, LITERAL, VALUE, LOOK]) await notebook.run(cell);
    assert.deepEqual(asked, []);
  });

  await step('a right-click on a sentence colours its words and explains it below', async () => {
    await notebook.explain(LITERAL, 'superb');
    await notebook.cell(LITERAL).locator('.heatline-word').first().waitFor();
    const words = new Map((await notebook.colouredWords(LITERAL)).map((word) => [word.text, word]));
    assert.equal(words.get('superb').hue, 'orange');
    assert.equal(words.get('superb').line, 'solid');
    assert.equal(words.get('dull').hue, 'blue');
    assert.equal(words.get('dull').line, 'dashed');
    assert.ok(words.get('superb').opacity > words.get('great').opacity, 'superb weighs more than great');
    assert.equal(words.get('the').line, 'none');
    const result = notebook.result(LITERAL);
    await result.getByText('Integrated gradients of the probability').waitFor();
    assert.match(await notebook.resultText(LITERAL), /praise \d.* Completeness error/);
    await notebook.screenshot('lab-text');
  });

  await step('a hover on a coloured word says its score', async () => {
    assert.match(await notebook.hover(LITERAL, 'dull'), /“dull”\s*−0\.\d+\s*against “praise”/);
    await notebook.screenshot('lab-text-hover');
  });

  await step('the kernel is as it was: count, _, Out, names, random numbers, gradients', async () => {
    const [count, state] = [await notebook.prompt(LOOK), await notebook.output(LOOK)];
    await notebook.run(LOOK);
    assert.equal(await notebook.prompt(LOOK), count + 1);
    assert.equal(await notebook.output(LOOK), state);
    assert.match(state, /^42 /);
  });

  await step('Escape clears the colours; asking again, by keyboard, replaces the result', async () => {
    await page.keyboard.press('Escape');
    await notebook.cell(LITERAL).locator('.heatline-word').first().waitFor({ state: 'detached' });
    const { x, y } = await notebook.place(LITERAL, 'great');
    await page.mouse.click(x, y);
    await notebook.palette('Explain Prediction at the Cursor');
    await notebook.cell(LITERAL).locator('.heatline-word').first().waitFor();
    await eventually(() => notebook.result(LITERAL).count(), (count) => count === 1, 20000, 'one result');
  });

  await step('an edit clears the colours', async () => {
    await notebook.cell(LITERAL).locator('.cm-content').click();
    await page.keyboard.press('End');
    await page.keyboard.type('  # edited');
    await notebook.cell(LITERAL).locator('.heatline-word').first().waitFor({ state: 'detached' });
  });

  await step('heatline.explain in a cell shows the same', async () => {
    await notebook.run(CALL);
    const texts = await Promise.all([LITERAL, CALL].map((cell) => notebook.resultText(cell)));
    // A click knows the variable, a call only the object: the class stands for its name.
    const [clicked, called] = texts.map((text) =>
      text.replace(/\d+(\.\d+)? m?s\b/g, 'some time').replace(/\b(critic|Opinion)\b/, 'the model'),
    );
    assert.equal(called, clicked);
    assert.match(called, /superb/);
    await notebook.result(CALL).scrollIntoViewIfNeeded();
    await notebook.screenshot('lab-text-call');
  });

  await step('%heatline in a cell, too', async () => {
    await notebook.run(TYPED);
    assert.match(await notebook.resultText(TYPED), /^blame \d.*Completeness error/);
  });

  await step('what is saved is complete without heatline', async () => {
    await notebook.save();
    for (const cell of [LITERAL, CALL]) {
      const [{ data }] = lab.readNotebook('reviews.ipynb').cells[cell].outputs;
      assert.equal(data['application/vnd.heatline+json'].status, 'final');
      const html = [data['text/html']].flat().join('');
      assert.match(html, /superb/);
      assert.doesNotMatch(html, /<script|\son\w+=/i);
      assert.match([data['text/plain']].flat().join(''), /praise/);
    }
  });

  await step('a saved result is drawn again when the notebook is opened; settings: a dark theme, plain gradients', async () => {
    await lab.setSettings('@jupyterlab/apputils-extension:themes', { theme: 'JupyterLab Dark' });
    await lab.setSettings('@heatline/jupyterlab:explain', { method: 'gradient' });
    notebook = await Notebook.open(page, lab, 'reviews.ipynb');
    await page.locator('body[data-jp-theme-light="false"]').waitFor({ state: 'attached' });
    await notebook.result(LITERAL).getByText('Completeness error').waitFor();
    await notebook.explain(LITERAL, 'superb');
    await notebook.cell(LITERAL).locator('.heatline-word').first().waitFor();
    await notebook.result(LITERAL).getByText('Gradient of the probability').waitFor();
    const words = await notebook.colouredWords(LITERAL);
    const { colour, opacity } = words.find(({ text }) => text === 'superb');
    const brightness = (await textColour(notebook.cell(LITERAL).locator('.heatline-word').first()))[0];
    assert.ok(brightness > 200, `light text on a dark page, not ${brightness}`);
    assert.ok(colour[0] * opacity < 180, 'the colour leaves the text readable');
    await notebook.screenshot('lab-text-dark');
  });
});

async function textColour(element) {
  return eventually(() => element.evaluate((node) => getComputedStyle(node).color.match(/[\d.]+/g).map(Number)));
}
