/** Averages over data sets, results as files of every format, models in files, the top class in the source, palettes. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';

import { eventually } from '../lib/browser.mjs';
import { inVSCode } from '../lib/in-vscode.mjs';
import { FIXTURES, PYTHON } from '../lib/paths.mjs';

const MODEL = 'Explain with which model?';

/** Files of models and of data. */
const prepare = ({ workspace }) => {
  const env = { ...process.env, PYTHONPATH: workspace };
  execFileSync(PYTHON, [path.join(FIXTURES, 'disk.py')], { cwd: workspace, env, stdio: 'pipe' });
};

inVSCode('results and models on the disk', async (step, code, server) => {
  /** What a line of Python prints. */
  const python = (text) => execFileSync(PYTHON, ['-c', text], { cwd: server.workspace, encoding: 'utf8' }).trim();

  /** Waits for a final explanation with some words: the result before stands until the next one begins. */
  const explained = async (pattern) => {
    await eventually(() => code.panelText(), (text) => pattern.test(text), 60000, String(pattern));
    await code.final();
  };

  /** Waits for an average that is final, with some words. */
  const averaged = (pattern) =>
    eventually(
      async () => {
        const article = code.panel.locator('article', { hasText: 'on average' });
        const busy = await code.panel.locator('article[aria-busy=true]').count();
        return busy || (await article.locator('.badge').count()) ? 'at work' : (await article.innerText()).replace(/\s+/g, ' ');
      },
      (text) => pattern.test(text),
      90000,
      String(pattern),
    );

  await step('the lens above a factory averages over a table: which words speak for a class', async () => {
    await code.openFile('models.py');
    await code.clickText('import time');
    await code.page.keyboard.press('Control+End');
    await code.askByLens('def opinion()', 'Average gradients', 'Average over which data?');
    assert.match((await code.pickerRows('Average over which data?'))[0], /reviews\.csv/, 'what reads texts stands first');
    await code.pick('Average over which data?', 'reviews.csv');
    const text = await averaged(/What opinion looks at on average/);
    assert.match(text, /of the logit over 60 samples of reviews\.csv/);
    assert.match(text, /the model is right in 100 %/);
    const rows = await code.panel.locator('article', { hasText: 'on average' }).locator('tbody tr').allInnerTexts();
    assert.match(rows[0], /^superb\s+\+2/);
    assert.match(rows.at(-1), /^dull\s+−1\.6/);
    await code.page.locator('.tab', { hasText: 'On average: reviews.csv' }).waitFor();
    await code.screenshot('vscode-average-words');
  });

  await step('an average is exported, and Python gives it again', async () => {
    assert.ok(readFileSync(await code.exported('HTML', 20000), 'utf8').includes('superb'));
    await code.command('Heatline: Copy as Python');
    const script = await eventually(() => code.clipboard(), (text) => text.includes('heatline.average('), 5000, 'a script');
    assert.match(python(`${script}\nprint(len(result.classes), result.samples)`).split('\n').at(-1), /^2 60$/);
  });

  await step('a folder of photos is averaged from the Explorer: one map for each class', async () => {
    await code.explorerMenu('shots', 'Average Gradients...');
    await code.pick(MODEL, 'lamp');
    await averaged(/over 12 samples of shots/);
    const article = code.panel.locator('article', { hasText: 'on average' });
    const maps = article.locator('canvas');
    assert.equal(await maps.count(), 2);
    await article.getByLabel('Magnitude').check(); // red against green and blue: with signs they cancel
    const [seen, unseen] = await maps.first().evaluate((canvas) => {
      const context = canvas.getContext('2d');
      return [0.25, 0.75].map((x) => [...context.getImageData(x * canvas.width, canvas.height / 2, 1, 1).data]);
    });
    assert.ok(unseen[0] < 100, `dark where the model does not look: ${unseen}`);
    assert.ok(seen[0] > 200, `bright where it does: ${seen}`);
    await code.screenshot('vscode-average-image');
  });

  await step('a long average gets better on the screen, can be cancelled, and stepped back from', async () => {
    await code.explorerMenu('shots', 'Average Gradients...');
    await code.pick(MODEL, 'slowest_lamp');
    const preview = code.panel.locator('article', { hasText: 'on average' });
    const have = async () => Number(/over (\d+) samples?/.exec(await preview.innerText())?.[1]);
    const first = await eventually(have, (samples) => samples > 0 && samples < 12, 30000, 'an average of some samples');
    assert.equal(await code.panel.locator('[role=progressbar]').count(), 1);
    assert.equal(await preview.locator('canvas').count(), 2, 'already with a map of each class');
    await eventually(have, (samples) => samples > first && samples < 12, 30000, 'an average of more samples');
    await code.screenshot('vscode-average-refining');
    await code.panel.getByRole('button', { name: 'Cancel' }).click();
    await code.panel.locator('[role=progressbar]').waitFor({ state: 'hidden' });
    assert.deepEqual(await code.toasts(), [], 'cancelling is no error');
    await code.command('Heatline: Previous Explanation');
    await averaged(/over 60 samples of reviews\.csv/);
  });

  await step('an exported model (.pt2) explains a photo', async () => {
    await code.explorerMenu('lamp.pt2', 'Explain Prediction...');
    await code.pick('Explain which sample?', 'lamp.png');
    await explained(/^class 0 .* lamp·lamp\.png .*Assumed: 64x64 pixels/);
  });

  await step('the explanation as a page, a moving picture and arrays', async () => {
    await code.panel.locator('select[name=method]').selectOption('interior');
    await eventually(() => code.panelText(), (text) => /Interior gradients/.test(text), 30000, 'the interior gradients');
    await code.final();
    const page = readFileSync(await code.exported('HTML', 20000), 'utf8');
    assert.ok(page.includes('<img') && !/<script|https?:\/\/(?!www\.w3\.org)/i.test(page), 'complete in itself, and runs nothing');
    const moving = await code.exported('GIF', 20000);
    assert.ok(readFileSync(moving, 'latin1').startsWith('GIF89a'));
    assert.ok(Number(python(`from PIL import Image; print(Image.open(${JSON.stringify(moving)}).n_frames)`)) > 3);
    const arrays = await code.exported('NPZ', 20000);
    assert.equal(python(`import heatline; print(tuple(heatline.load(${JSON.stringify(arrays)}).scores.shape))`), '(3, 64, 64)');
  });

  await step('weights in .safetensors go into a factory', async () => {
    await code.explorerMenu('bright.safetensors', 'Explain Prediction...');
    await code.pick('Into which model do the weights of bright.safetensors go?', 'lamp');
    await code.pick('Explain which sample?', 'lamp.png');
    await explained(/^lamp on 99\.\d+ %/);
  });

  await step('a folder of transformers explains a text', async () => {
    await code.explorerMenu('critic', 'Use as Model');
    await code.page.locator('.statusbar-item', { hasText: 'critic' }).waitFor();
    await code.explorerMenu('praise.txt', 'Explain Prediction...');
    assert.match((await code.pickerRows(MODEL))[0], /critic/);
    await code.pick(MODEL, 'critic');
    await explained(/^(panned|acclaimed) /);
    await eventually(
      () => code.page.locator('.statusbar-item', { hasText: 'critic' }).innerText(),
      (text) => /critic.*cpu/.test(text),
      5000,
      'model and device',
    );
  });

  await step('the top class stands behind an explained string until Escape', async () => {
    await code.openFile('reviews.py');
    await code.editorMenu('superb film', 'Explain Prediction...');
    await code.pick(MODEL, 'opinion');
    await code.final();
    const line = code.page.locator('.editor-instance .view-line', { hasText: 'review =' });
    const words = async () => (await line.innerText()).replaceAll('\u00a0', ' ');
    await eventually(words, (text) => /great but dull"\s*praise \d+\.\d %/.test(text), 20000, 'the top class');
    await code.screenshot('vscode-inlay');
    await code.clickText('lost =');
    await code.page.keyboard.press('Escape');
    await eventually(words, (text) => !text.includes('praise'), 10000, 'no hint');
    assert.equal(await code.colour('superb'), null, 'nor a colour');
  });

  await step('another palette is one for all pictures, and remembered', async () => {
    await code.explorerMenu(/^lamp\.png$/, 'Explain Prediction...');
    assert.match((await code.pickerRows(MODEL))[0], /bright\.safetensors/, 'what reads texts is not the choice for photos');
    await code.page.keyboard.press('Enter'); // the one used last
    await code.final();
    const SEEN = [[0.266, 0.5]];
    const [[red, , blue]] = await code.canvas(SEEN);
    await code.panel.locator('select[name=palette]').first().selectOption('viridis');
    await eventually(() => code.canvas(SEEN), ([[r, g, b]]) => r !== red || b !== blue, 5000, 'other colours');
    const settings = path.join(server.home, 'data/User/settings.json');
    await eventually(() => readFileSync(settings, 'utf8'), (text) => /"heatline\.palette": "viridis"/.test(text), 10000);
    await code.screenshot('vscode-palette');
  });
}, { shares: true, prepare, settings: { 'workbench.colorTheme': 'Default High Contrast' } });
