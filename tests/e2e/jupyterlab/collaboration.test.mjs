/** Two pages of one notebook that edit it together: jupyter-collaboration. */

import assert from 'node:assert/strict';

import { eventually } from '../lib/browser.mjs';
import { COLLABORATION } from '../lib/paths.mjs';
import { Notebook } from './notebook.mjs';
import { inJupyterLab } from './session.mjs';
import { textsOf } from './text-of.mjs';

const SETUP = [
  'import torch\nimport heatline, models\n',
  'critic = models.opinion()\nslow = heatline.Model(models.RedLamp(delay=1.0), inputs=heatline.Image(size=64))',
  'tensor = torch.rand(1, 3, 64, 64)',
].join('\n');
const REVIEW = 'review = "A superb film: the acting is great, the end is dull"';
const TWO = 'slow, "a great film, and dull"';
const [SETTING_UP, LITERAL, SLOW, BOTH] = [0, 1, 2, 3];

inJupyterLab(
  'a notebook that several people edit',
  async (step, lab, page) => {
    lab.writeNotebook('shared.ipynb', [SETUP, REVIEW, 'slow', TWO]);
    // Of another person: it shares nothing with the first but the server.
    const other = await page.context().browser().newPage({ viewport: page.viewportSize() });
    other.setDefaultTimeout(90000);
    let mine, theirs;

    /** What stands in a cell's outputs, as each page shows it, once both show the same. */
    const shown = async (index, holds) => {
      const same = ([here, there]) => here.join('\n') === there.join('\n') && holds(here);
      const [here] = await eventually(() => Promise.all([mine, theirs].map((it) => textsOf(it.result(index)))), same);
      return here;
    };
    /** The colours of "superb", "great" and "dull" in their cell. */
    const coloured = async (notebook) => {
      const words = (await notebook.colouredWords(LITERAL)).filter(({ text }) => /superb|great|dull/.test(text));
      return words.map(({ hue }) => hue);
    };
    const saved = (index) => lab.readNotebook('shared.ipynb').cells[index].outputs;

    await step('what one page explains stands once in both, and in what is saved', async () => {
      mine = await Notebook.open(page, lab, 'shared.ipynb');
      theirs = await Notebook.open(other, lab, 'shared.ipynb');
      await mine.run(SETTING_UP);
      await mine.explain(LITERAL, 'superb');
      await mine.cell(LITERAL).locator('.heatline-word').first().waitFor();
      await mine.finished(LITERAL);
      await theirs.finished(LITERAL);
      assert.match((await shown(LITERAL, (all) => all.length === 1))[0], /^praise \d/);
      assert.deepEqual(await coloured(theirs), ['orange', 'orange', 'blue']);
      const [output] = await eventually(() => saved(LITERAL), ([first]) => first?.data['text/html'], 20000, 'the result in the file');
      assert.equal(output.data['application/vnd.heatline+json'].status, 'final');
      assert.equal(saved(LITERAL).length, 1);
      await theirs.screenshot('lab-collaboration');
    });

    await step('the other page can ask on, and both have its answer instead', async () => {
      await theirs.result(LITERAL).getByRole('button', { name: /blame/ }).first().click();
      await shown(LITERAL, (all) => all.length === 1 && /^blame \d.*Completeness/.test(all[0]));
      for (const notebook of [mine, theirs]) {
        await eventually(() => coloured(notebook), (colours) => colours.join() === 'blue,blue,orange', 20000, 'its colours');
      }
    });

    await step('a run of one page is said to be under way in the other', async () => {
      await mine.explain(SLOW, 'slow');
      await mine.result(SLOW).getByText('of at most').waitFor();
      await theirs.result(SLOW).getByText('Under way in another page of this notebook').waitFor();
      assert.doesNotMatch(await theirs.resultText(SLOW), /not finished/);
      await theirs.result(SLOW).scrollIntoViewIfNeeded();
      await theirs.screenshot('lab-collaboration-under-way');
    });

    await step('who clears its output cancels it; what is left is the same', async () => {
      await theirs.cell(SLOW).locator('.cm-content').click();
      await theirs.palette('Clear Cell Output');
      await mine.result(SLOW).first().waitFor({ state: 'detached' });
      const start = Date.now();
      await mine.run(SETTING_UP);
      assert.ok(Date.now() - start < 15000, 'the kernel is free');
    });

    await step('two runs in one cell end in the same order everywhere', async () => {
      await mine.explain(BOTH, 'slow');
      await mine.result(BOTH).getByText('of at most').waitFor();
      await mine.explain(BOTH, 'dull');
      const [first, second] = [mine.result(BOTH).first(), mine.result(BOTH).last()];
      await second.getByText('Completeness error').waitFor();
      await second.locator('[role=progressbar]').waitFor({ state: 'detached' });
      await first.getByRole('button', { name: 'Cancel' }).click();
      const [text, stopped] = await shown(BOTH, (all) => all.length === 2 && all.some((it) => /Cancelled|early/.test(it)));
      assert.match(text, /^(praise|blame) \d/);
      assert.match(stopped, /^Cancelled|Stopped early/);
      await eventually(() => saved(BOTH).length, (length) => length === 2);
      await mine.screenshot('lab-collaboration-two');
    });

    await step('of a notebook that was closed nothing is under way', async () => {
      await mine.explain(SLOW, 'slow');
      await theirs.result(SLOW).getByText('Under way in another page of this notebook').waitFor();
      await mine.menu('File', /^Close Tab$/);
      await page.locator('.jp-Dialog').getByRole('button', { name: 'Save' }).click();
      await theirs.result(SLOW).getByText('This explanation was not finished').waitFor();
      await theirs.result(SLOW).scrollIntoViewIfNeeded();
      await theirs.screenshot('lab-collaboration-gone');
    });

    await step('opened again, the words are coloured', async () => {
      mine = await Notebook.open(page, lab, 'shared.ipynb');
      await mine.cell(LITERAL).locator('.heatline-word').first().waitFor();
      await shown(LITERAL, (all) => all.length === 1 && /^blame \d/.test(all[0]));
    });
    await other.close();
  },
  { needs: [COLLABORATION], beside: COLLABORATION },
);
