/** What a person does with the pictures: zoom, ask for another explanation, compare. */

import assert from 'node:assert/strict';

import { eventually } from '../lib/browser.mjs';
import { screenshot } from '../lib/paths.mjs';
import { openStates, viewsTest } from '../lib/states.mjs';

/** One state on a page of its own, and what its elements asked their host for. */
async function open(name, theme = 'light') {
  const { page } = await openStates({ theme, only: name }, { viewport: { width: 900, height: 900 } });
  await page.evaluate(() => {
    window.asked = [];
    document.addEventListener('heatline-ask', ({ detail }) => window.asked.push(detail));
  });
  return { page, state: page.locator('section').first(), asked: () => page.evaluate(() => window.asked) };
}

viewsTest('an image is zoomed with keys, wheel and buttons, and pulled; the pixel under the pointer stays there', async () => {
  const { page, state } = await open('image');
  const canvas = state.locator('canvas').first();
  const stage = await state.locator('.stage').boundingBox();
  await page.mouse.move(stage.x + stage.width * 0.7, stage.y + stage.height * 0.3);
  const readout = () => state.locator('.readout').first().innerText();
  const before = await eventually(readout, (text) => text.startsWith('x '), 5000, 'a pixel');
  await page.keyboard.down('Control');
  await page.mouse.wheel(0, -400);
  await page.keyboard.up('Control');
  const whole = state.getByRole('button', { name: 'Show all of it' });
  await eventually(() => whole.innerText(), (text) => parseInt(text, 10) > 300, 5000, 'closer');
  await page.mouse.move(stage.x + stage.width * 0.7 + 1, stage.y + stage.height * 0.3);
  const pixel = (text) => text.match(/x (\d+), y (\d+)/).slice(1).map(Number);
  const [x, y] = pixel(before);
  const [nowX, nowY] = pixel(await readout());
  assert.ok(Math.abs(x - nowX) <= 1 && Math.abs(y - nowY) <= 1, `${before} and ${await readout()}`);
  assert.deepEqual(await state.locator('.stage').boundingBox(), stage, 'the room that it takes is the same');
  await page.screenshot({ path: screenshot('views-zoomed') });

  await page.mouse.down();
  await page.mouse.move(stage.x + stage.width * 0.4, stage.y + stage.height * 0.3, { steps: 4 });
  await page.mouse.up();
  await page.mouse.move(stage.x + stage.width * 0.4, stage.y + stage.height * 0.3 + 1);
  assert.ok(Math.abs(pixel(await readout())[0] - x) <= 1, 'the pixel came along');

  await whole.click();
  assert.equal(await whole.innerText(), '100 %');
  await canvas.focus();
  await page.keyboard.press('+');
  assert.equal(await whole.innerText(), '150 %');
});

viewsTest('the room of the photo is kept while it is decoded', async () => {
  const { page } = await open('image');
  const heights = await page.evaluate(async () => {
    const [result] = document.querySelectorAll('section > :last-child');
    const copy = document.createElement(result.localName);
    document.body.append(copy);
    copy.explanation = result.explanation;
    await copy.updateComplete;
    await new Promise((resolve) => requestAnimationFrame(resolve));
    const first = copy.getBoundingClientRect().height;
    await new Promise((resolve) => setTimeout(resolve, 500));
    return [first, copy.getBoundingClientRect().height];
  });
  assert.ok(heights[0] > 400 && Math.abs(heights[0] - heights[1]) < 1, `${heights}`);
});

viewsTest('numbers of colours: net, and where the strongest colour lies', async () => {
  const { state } = await open('image');
  const caption = state.locator('figcaption');
  const strongest = async () => parseFloat((await caption.innerText()).split('\n').filter((part) => /^0\.\d/.test(part))[0]);
  const before = await strongest();
  await state.locator('input[name=percentile]').fill('90');
  await caption.getByText('90th percentile').waitFor();
  assert.ok((await strongest()) < before);
  await state.getByLabel('Net').check();
  await eventually(() => caption.innerText(), (text) => text.startsWith('0'), 3000, 'a scale from 0');
});

viewsTest('another class, the difference of two, other settings, a remedy: each is asked of the host', async () => {
  const { page, state, asked } = await open('a host that answers');
  await state.getByRole('button', { name: 'daisy' }).first().click();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await state.locator('select[name=method]').selectOption('smoothgrad');
  await state.locator('select[name=score]').selectOption('logit');
  await state.locator('select[name=baseline]').selectOption('blurred');
  await state.locator('input[name=steps]').fill('64');
  await state.locator('input[name=steps]').press('Enter');
  await state.getByRole('button', { name: 'Explain with 100 gradients' }).click();
  assert.deepEqual(await asked(), [
    { target: 1 },
    { target: [0, 1] },
    { method: 'smoothgrad' },
    { score: 'logit' },
    { baseline: 'blurred' },
    { steps: 64 },
    { steps: 100 },
  ]);
  await page.screenshot({ path: screenshot('views-asking') });
});

viewsTest('where no host answers nothing can be asked', async () => {
  const { state } = await open('large error');
  assert.equal(await state.locator('select:not([name=palette])').count(), 0);
  assert.equal(await state.locator('li button').count(), 0);
  assert.match(await state.locator('.warning').innerText(), /steps=100/);
});

viewsTest('a map that is not settled bears no tick', async () => {
  const { state } = await open('an unsettled map');
  assert.match(await state.locator('.warning').innerText(), /may still differ by 31\.0 %/);
  assert.doesNotMatch(await state.locator('.error').innerText(), /✓/);
});

viewsTest('compared images share their crosshair, and their difference is shown', async () => {
  const { page, state } = await open('two methods on an image');
  assert.deepEqual(await state.locator('h3').allInnerTexts(), ['Integrated gradients', 'Gradient', 'Difference']);
  assert.match(await state.locator('.difference').innerText(), /Integrated gradients less Gradient · as shares/);
  const box = await state.locator('canvas').first().boundingBox();
  await page.mouse.move(box.x + box.width / 3, box.y + box.height / 3, { steps: 3 });
  await eventually(() => state.locator('.marker').count(), (count) => count === 3, 3000, 'a mark on each');
  const readouts = await state.locator('.readout').allInnerTexts();
  const places = readouts.map((text) => text.match(/x \d+, y \d+/)[0]);
  assert.equal(new Set(places).size, 1, `one place: ${places}`);
  await page.screenshot({ path: screenshot('views-compared'), fullPage: true });
});

viewsTest('compared texts and rows', async () => {
  const { page, state } = await open('two classes of a text');
  await state.locator('p.text').first().locator('.unit', { hasText: 'superb' }).hover();
  await eventually(() => state.locator('.readout').allInnerTexts(), (texts) => texts.length === 3 && texts.every((text) => text.includes('superb')));
  await page.screenshot({ path: screenshot('views-compared-text'), fullPage: true });
  const rows = await open('three methods on a row', 'dark');
  const [first, second] = await rows.state.locator('.difference select').all();
  await first.selectOption('2');
  await second.selectOption('1');
  const sex = rows.state.locator('.difference tr', { hasText: 'sex' }).locator('.number');
  assert.equal(await sex.innerText(), '+0.184'); // 0.46 times 1.2 - 0.8
  await rows.page.screenshot({ path: screenshot('views-compared-rows'), fullPage: true });
});

viewsTest('in a long text words are read without laying it out anew, and the table holds the strongest', async () => {
  const { page, state } = await open('very long text');
  assert.ok((await state.locator('.unit').count()) > 4000);
  await state.getByText('The strongest 500 of').click();
  await eventually(() => state.locator('tbody tr').count(), (count) => count === 500, 5000, 'the table');
  await state.locator('p.text').focus();
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  assert.equal(await state.locator('.current').count(), 1);
  assert.match(await state.locator('.readout').innerText(), /“Loved”/);
});

viewsTest('in a text from right to left the arrow keys follow the eye', async () => {
  const { page, state } = await open('text from right to left');
  await state.locator('p.text').focus();
  await page.keyboard.press('ArrowLeft');
  await page.keyboard.press('ArrowLeft');
  assert.match(await state.locator('.readout').innerText(), /“رائع”/);
});

viewsTest('averages: words for and against each class, a map of each class', async () => {
  const { page, state } = await open('average of a text model');
  const first = () => state.locator('tbody tr').first().innerText();
  assert.match(await first(), /superb\s+\+0\.6/);
  assert.equal(await state.locator('tbody b').count(), 0, 'names are no markup');
  assert.match(await state.locator('tbody').innerText(), /<b>it<\/b>/);
  await state.locator('select').selectOption({ label: 'negative' });
  await eventually(first, (text) => /superb\s+\u22120\.6/.test(text), 3000, 'the other class');
  await page.screenshot({ path: screenshot('views-average-text') });

  const images = await open('average of an image model', 'dark');
  const canvas = images.state.locator('canvas');
  assert.equal(await canvas.count(), 6);
  const pixel = (i) => canvas.nth(i).evaluate((element) => [...element.getContext('2d').getImageData(5, 10, 1, 1).data]);
  const [red, , blue] = await pixel(0);
  assert.ok(red > blue, 'speaks for the first class, orange');
  const [otherRed, , otherBlue] = await pixel(1);
  assert.ok(otherBlue > otherRed, 'against the second, blue');
  assert.match(await images.state.locator('header').innerText(), /logit over 1797 samples of test\/.*agrees in 91\.3 %/s);
  await images.page.screenshot({ path: screenshot('views-average-images') });
});
