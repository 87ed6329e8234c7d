/** The picture of JupyterLab in the README, with a model that was trained on reviews. */

import assert from 'node:assert/strict';
import { cpSync } from 'node:fs';
import path from 'node:path';

import { ROOT } from '../lib/paths.mjs';
import { Notebook } from './notebook.mjs';
import { inJupyterLab } from './session.mjs';

const WEIGHTS = path.join(ROOT, 'examples/weights/reviews.pt');
const MODEL = 'from models import review_model\n\ncritic = review_model()';
const REVIEW =
  'review = (\n    "The actors are wonderful and the first hour is charming, "\n    "but the ending is dull and far too long."\n)';

inJupyterLab(
  'the README’s picture of JupyterLab',
  async (step, lab, page) => {
    cpSync(path.join(ROOT, 'examples'), path.join(lab.work, 'films'), { recursive: true });
    lab.writeNotebook('films/why.ipynb', [MODEL, REVIEW]);

    await step('a review over two lines is coloured in its cell', async () => {
      const notebook = await Notebook.open(page, lab, 'films/why.ipynb');
      await page.keyboard.press('Control+b');
      await notebook.run(0);
      await notebook.run(1);
      await notebook.explain(1, 'charming');
      await notebook.cell(1).locator('.heatline-word').first().waitFor();
      const marked = (await notebook.colouredWords(1)).filter(({ line }) => line !== 'none');
      assert.deepEqual([...new Set(marked.map(({ hue }) => hue))].sort(), ['blue', 'orange']);
      assert.match(await notebook.hover(1, 'wonderful'), /^“wonderful”/);
      await notebook.screenshot('jupyterlab-text');
    });
  },
  { needs: [WEIGHTS], viewport: { width: 1120, height: 700 }, deviceScaleFactor: 2 },
);
