/** Every state of the views, in three themes: drawn, photographed, and nothing of the data taken for markup. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';

import { eventually, launchBrowser } from '../lib/browser.mjs';
import { ROOT, missing, screenshot } from '../lib/paths.mjs';

const VIEWS = path.join(ROOT, 'extension/views');
const skip = missing();
const THEMES = ['light', 'dark', 'contrast'];
const opened = new Map();
let browser;

before(async () => {
  if (skip) return;
  const esbuild = path.join(ROOT, 'node_modules/esbuild/bin/esbuild');
  const options = ['--bundle', '--format=iife', '--target=es2022', '--log-level=warning', '--outfile=dist/states.js'];
  execFileSync(esbuild, ['states/states.ts', ...options], { cwd: VIEWS, stdio: 'inherit' });
  browser = await launchBrowser();
});

after(() => browser?.close());

/** The page of states in a theme, opened once. */
function open(theme) {
  if (!opened.has(theme)) opened.set(theme, load(theme));
  return opened.get(theme);
}

/** Loads the page, and collects what it complains about. */
async function load(theme, options = {}) {
  const page = await browser.newPage({ viewport: { width: 760, height: 900 }, ...options });
  const complaints = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('dialog', (dialog) => complaints.push(`a dialog: ${dialog.message()}`));
  await page.goto(`${pathToFileURL(path.join(VIEWS, 'states.html'))}?theme=${theme}`);
  const count = () => page.locator('canvas').count();
  await eventually(count, (found) => found >= 6, 10000, 'the canvases');
  return { page, complaints, state: (name) => page.locator(`section[data-state="${name}"]`) };
}

for (const theme of THEMES) {
  test(`all states in the ${theme} theme`, { skip, timeout: 60000 }, async () => {
    const { page, complaints } = await open(theme);
    await page.waitForTimeout(300);
    await page.screenshot({ path: screenshot(`views-${theme}`), fullPage: true });
    assert.deepEqual(complaints, []);
  });
}

test('names and texts are shown as they are, never taken for markup', { skip, timeout: 60000 }, async () => {
  const { complaints, state } = await open('light');
  const section = state('names that are no markup');
  assert.match(await section.locator('.names').innerText(), /<img src=x onerror=alert\(1\)>/);
  assert.match(await section.locator('p.text').innerText(), /<b>bold<\/b> & <script>/);
  for (const tag of ['b', 'i', 'img', 'svg', 'script']) assert.equal(await section.locator(tag).count(), 0, tag);
  assert.deepEqual(complaints, []);
});

test('a large error stands out with its remedy, a small one is ticked', { skip, timeout: 60000 }, async () => {
  const { state } = await open('dark');
  const warning = state('large error').locator('.warning');
  assert.match(await warning.innerText(), /add up to \+0\.641.*gained \+0\.922.*steps=100/s);
  assert.match(await state('image').first().locator('.error').innerText(), /✓ Completeness error 0\.43 %/);
});

test('a map on a part of the photo colours only that part', { skip, timeout: 60000 }, async () => {
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

test('everything can be reached and worked with the keyboard', { skip, timeout: 60000 }, async () => {
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

test('nothing moves for those who asked for that', { skip, timeout: 60000 }, async () => {
  const { state } = await load('light', { reducedMotion: 'reduce' });
  const bar = state('at work, nothing to show').locator('.bar');
  assert.equal(await bar.evaluate((element) => getComputedStyle(element).animationName), 'none');
});
