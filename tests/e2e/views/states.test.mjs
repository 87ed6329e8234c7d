/** Every state of the views, in three themes: drawn, photographed, and nothing of the data taken for markup. */

import assert from 'node:assert/strict';

import { eventually } from '../lib/browser.mjs';
import { screenshot } from '../lib/paths.mjs';
import { openStates, viewsTest } from '../lib/states.mjs';

const THEMES = ['light', 'dark', 'contrast'];
const opened = new Map();

/** The page of states in a theme, opened once. */
function open(theme) {
  if (!opened.has(theme)) opened.set(theme, load(theme));
  return opened.get(theme);
}

/** All states, once they are drawn. */
async function load(theme) {
  const { page, complaints } = await openStates({ theme });
  const count = () => page.locator('canvas').count();
  await eventually(count, (found) => found >= 6, 10000, 'the canvases');
  return { page, complaints, state: (name) => page.locator(`section[data-state="${name}"]`) };
}

for (const theme of THEMES) {
  viewsTest(`all states in the ${theme} theme`, async () => {
    const { page, complaints } = await open(theme);
    await page.waitForTimeout(300);
    await page.screenshot({ path: screenshot(`views-${theme}`), fullPage: true });
    assert.deepEqual(complaints, []);
  });
}

viewsTest('names and texts are shown as they are, never taken for markup', async () => {
  const { complaints, state } = await open('light');
  const section = state('names that are no markup');
  assert.match(await section.locator('.names').innerText(), /<img src=x onerror=alert\(1\)>/);
  assert.match(await section.locator('p.text').innerText(), /<b>bold<\/b> & <script>/);
  for (const tag of ['b', 'i', 'img', 'svg', 'script']) assert.equal(await section.locator(tag).count(), 0, tag);
  assert.deepEqual(complaints, []);
});

viewsTest('a large error stands out with its remedy, a small one is ticked', async () => {
  const { state } = await open('dark');
  const warning = state('large error').locator('.warning');
  assert.match(await warning.innerText(), /add up to \+0\.641.*gained \+0\.922.*steps=100/s);
  assert.match(await state('image').first().locator('.error').innerText(), /✓ Completeness error 0\.43 %/);
});

viewsTest('a map on a part of the photo colours only that part', async () => {
  const { state } = await open('light');
  const canvas = state('image, map on a part of it').locator('canvas');
  const pixel = ([x, y]) =>
    canvas.evaluate((element, [u, v]) => {
      const context = element.getContext('2d');
      return [...context.getImageData(u * element.width, v * element.height, 1, 1).data];
    }, [x, y]);
  const lightness = ([red, green, blue]) => red + green + blue;
  assert.ok(lightness(await pixel([0.33, 0.45])) > lightness(await pixel([0.05, 0.45])) + 60);
});

viewsTest('everything can be reached and worked with the keyboard', async () => {
  const { page, state } = await open('light');
  const image = state('image').first();
  await image.locator('canvas').focus();
  await page.keyboard.press('ArrowLeft');
  assert.match(await image.locator('.readout').innerText(), /x 31, y 32/);
  await page.keyboard.press('Tab');
  await page.keyboard.press('ArrowRight');
  await image.locator('figcaption', { hasText: 'against' }).waitFor();
  const text = state('text').first();
  await text.locator('p.text').focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  assert.match(await text.locator('.readout').innerText(), /“warm”\s+\+0\.14/);
});

viewsTest('nothing moves for those who asked for that', async () => {
  const { page } = await openStates({ theme: 'light', only: 'at work, nothing to show' }, { reducedMotion: 'reduce' });
  const bar = page.locator('section .bar');
  assert.equal(await bar.evaluate((element) => getComputedStyle(element).animationName), 'none');
});
