/** The path and the columns in a browser: what is drawn moves with the slider, plays, and can be searched. */

import assert from 'node:assert/strict';

import { eventually } from '../lib/browser.mjs';
import { openStates, viewsTest } from '../lib/states.mjs';

/** A state of the views, on a page of its own. */
async function open(name, options = {}) {
  const { page } = await openStates({ only: name }, options);
  const section = page.locator(`section[data-state="${name}"]`);
  await section.locator('h2').waitFor();
  return { page, section };
}

/** How warm the colours of a canvas are on average. */
function warmth(canvas) {
  return canvas.evaluate((element) => {
    const { data } = element.getContext('2d').getImageData(0, 0, element.width, element.height);
    let sum = 0;
    for (let i = 0; i < data.length; i += 4) sum += data[i] - data[i + 2];
    return sum / data.length;
  });
}

viewsTest('the interior map follows the slider, on one scale of colours or on its own', async () => {
  const { page, section } = await open('image with its path');
  const readout = section.locator('.way .readout');
  assert.match(await readout.innerText(), /Scale 0\.313.*probability 52\.5 %.*sunflower leads/s, 'where the gradient is largest');
  const canvas = section.locator('.interior canvas');
  await eventually(() => warmth(canvas), (found) => found > 2, 10000, 'the interior map');
  const steep = await warmth(canvas);
  await section.locator('.rail input').focus();
  await page.keyboard.press('PageUp');
  assert.match(await readout.innerText(), /Scale 0\.563/);
  const flat = await warmth(canvas);
  assert.ok(steep > flat + 2, `${steep} where the score rises, ${flat} where it is flat`);
  await section.locator('.interior input[value="own"]').check();
  assert.ok(Math.abs((await warmth(canvas)) - steep) < 1, 'on its own scale every map is as strong');
  await section.locator('.plot').nth(2).click({ position: { x: 3, y: 20 } });
  assert.match(await readout.innerText(), /Scale 0\.0625/);
  await page.close();
});

viewsTest('it plays from the baseline to the sample, and stops when asked', async () => {
  const { page, section } = await open('text with its path');
  const scale = async () => Number((await section.locator('.way .readout strong').innerText()).replace(/[^\d.]/g, ''));
  const play = section.getByRole('button', { name: 'Play' });
  const from = await scale();
  await play.click();
  await eventually(scale, (found) => found > from + 0.2, 10000, 'a later scale');
  await section.getByRole('button', { name: 'Pause' }).click();
  const stopped = await scale();
  await page.waitForTimeout(700);
  assert.equal(await scale(), stopped);
  assert.ok((await section.locator('.interior .unit').count()) > 10, 'the words, coloured');
  await page.close();
});

viewsTest('refinements lead to the largest gradient until somebody has chosen a scale', async () => {
  const { page, section } = await open('text with its path');
  const scale = async () => Number((await section.locator('.way .readout strong').innerText()).replace(/[^\d.]/g, ''));
  const refine = (peak) =>
    section.locator('section.path > *').evaluate((element, at) => {
      const magnitudes = element.path.scales.map((_, i, all) => (i === (at ? all.length - 1 : 0) ? 9 : 1));
      element.path = { ...element.path, magnitudes };
    }, peak);
  await refine(1);
  await eventually(scale, (found) => found === 1, 5000, 'the end');
  await refine(0);
  await eventually(scale, (found) => found < 0.2, 5000, 'the first of its stops');
  await section.locator('.way input[type=range]').press('ArrowRight');
  const chosen = await scale();
  assert.ok(chosen > 0.11);
  await refine(1);
  await page.waitForTimeout(100);
  assert.equal(await scale(), chosen);
  await page.close();
});

viewsTest('for those who want no motion it goes on one scale at a time', async () => {
  const { page, section } = await open('image with its path', { reducedMotion: 'reduce' });
  const count = section.locator('.slide .count');
  assert.equal(await count.innerText(), '5 / 16');
  await section.getByRole('button', { name: 'Next' }).click();
  await page.waitForTimeout(600);
  assert.equal(await count.innerText(), '6 / 16');
  await page.close();
});

viewsTest('columns are found by name or value, and all of them are there', async () => {
  const { page, section } = await open('many columns');
  const rows = section.locator('tbody tr');
  assert.equal(await rows.count(), 16, 'both ends, thirteen columns, and the others together');
  await section.getByRole('button', { name: '47 other columns' }).click();
  assert.equal(await rows.count(), 62);
  await section.getByRole('button', { name: 'Show fewer' }).click();
  await section.getByRole('searchbox').fill('SENSOR 5');
  assert.equal(await rows.count(), 11, 'sensor 5, and 50 to 59');
  await section.getByRole('searchbox').fill('nothing like it');
  await section.getByText('No column has “nothing like it”').waitFor();
  await page.close();
});

viewsTest('bars lead from the baseline to the score, and names are no markup', async () => {
  const { page, section } = await open('tabular');
  const boxes = await section.locator('.picture .track > :first-child').evaluateAll((found) =>
    found.map((element) => {
      const { left, right } = element.getBoundingClientRect();
      return { left, right, minus: element.classList.contains('minus') };
    }),
  );
  let at = boxes[0].left;
  for (const { left, right, minus } of boxes.slice(1, -1)) {
    assert.ok(Math.abs((minus ? right : left) - at) < 3, `a bar begins at ${left} to ${right}, and the one before ended at ${at}`);
    at = minus ? left : right;
  }
  await page.close();
  const { page: other, section: hostile } = await open('columns that are no markup');
  assert.match(await hostile.locator('tbody').innerText(), /<b>age<\/b> = <img src=x onerror=alert\(1\)>/);
  for (const tag of ['b', 'img', 'script']) assert.equal(await hostile.locator(tag).count(), 0, tag);
  await other.close();
});
