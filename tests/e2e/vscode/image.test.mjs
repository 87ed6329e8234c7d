/** A photo in the Explorer is explained: the heatmap lies where the model looks. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';

import { eventually } from '../lib/browser.mjs';
import { inVSCode } from '../lib/in-vscode.mjs';
import { PYTHON } from '../lib/paths.mjs';

const SEEN = [0.266, 0.5]; // middle of the left disc: the model looks there
const UNSEEN = [0.734, 0.5]; // middle of the right disc: it does not

/** One pixel, and 48 million of them, red on the left. */
const SIZES = `
from PIL import Image
Image.new("RGB", (1, 1), "red").save("point.png")
wide = Image.new("RGB", (8000, 6000))
wide.paste("red", (500, 1000, 3500, 5000))
wide.save("wide.png")
`;
const prepare = ({ workspace }) => execFileSync(PYTHON, ['-c', SIZES], { cwd: workspace });

inVSCode('images in VS Code', async (step, code, server) => {
  await step('right-click on a photo, pick a model, see the heatmap over the photo', async () => {
    await code.explorerMenu('lamp.png', 'Explain Prediction...');
    const rows = await code.pickerRows('Explain with which model?');
    assert.match(rows[0], /lamp/);
    assert.match(rows.find((row) => row.includes('opinion')), /reads other samples/);
    await code.pick('Explain with which model?', 'lamp');
    await code.final();

    const text = await code.panelText();
    assert.match(text, /lamp on/);
    assert.match(text, /Integrated gradients of the probability, from 50\.0 % at the baseline \(black\)/);
    assert.match(text, /✓ Completeness error/);
    assert.match(text, /\d+ gradients?/);
    const [seen, unseen] = await code.canvas([SEEN, UNSEEN]);
    assert.ok(seen[0] > 200 && seen[1] > 190, `strongest colour on the left disc: ${seen}`);
    assert.ok(unseen[0] < 130 && unseen[1] < 90, `the right disc only dimmed: ${unseen}`);
    await code.page.locator('.statusbar-item', { hasText: 'lamp' }).waitFor();
    await code.screenshot('vscode-image');
  });

  await step('the heatmap fades with the slider, and changes between magnitude and sign', async () => {
    const { panel } = code;
    await panel.locator('input[name=opacity]').fill('0');
    const [bare] = await eventually(() => code.canvas([SEEN]), ([[r, g, b]]) => r > 200 && g < 80 && b < 80);
    assert.ok(bare[0] - bare[1] > 150, `the photo itself: ${bare}`);
    await panel.locator('input[name=opacity]').fill('92');
    await panel.getByLabel('Signed').check();
    const [signed] = await eventually(() => code.canvas([SEEN]), ([[r, g]]) => r !== bare[0] && g < 120);
    assert.ok(signed[0] > signed[2], `speaks for the class, orange to brown: ${signed}`);
    await panel.locator('figcaption', { hasText: 'against' }).waitFor();
    await code.screenshot('vscode-image-signed');
    await panel.getByLabel('Magnitude').check();
  });

  await step('the pointer and the arrow keys read a pixel', async () => {
    const box = await code.panel.locator('canvas').boundingBox();
    await code.page.mouse.move(box.x + box.width * SEEN[0], box.y + box.height * SEEN[1], { steps: 5 });
    const readout = code.panel.locator('#readout');
    await eventually(() => readout.innerText(), (text) => /x 17, y 32\s+0\.\d+\s+0\.\d+ % of all/.test(text), 5000, 'value');
    await code.panel.locator('canvas').first().press('ArrowRight');
    await eventually(() => readout.innerText(), (text) => text.includes('x 18, y 32'), 5000, 'the next pixel');
  });

  await step('the numbers behind the picture can be read without seeing it', async () => {
    const label = await code.panel.locator('canvas').first().getAttribute('aria-label');
    assert.match(label, /“lamp on”, \d+\.\d % lies middle left/);
    await code.panel.getByText('Where it lies, as numbers').click();
    const cells = await code.panel.locator('table tbody tr').nth(1).locator('td').allInnerTexts();
    assert.ok(parseFloat(cells[0]) > 50 && parseFloat(cells[2]) < 1, `left and right: ${cells}`);
  });

  await step('a photo of 48 million pixels, and one of a single one', async () => {
    for (const [name, shape] of [['wide.png', 4 / 3], ['point.png', 1]]) {
      await code.explorerMenu(name, 'Explain Prediction...');
      await code.pick('Explain with which model?', 'lamp');
      await eventually(() => code.panelText(), (text) => text.includes(`lamp·${name}`), 60000, name);
      await code.final();
      const { width, height } = await code.panel.locator('canvas').evaluate(({ width, height }) => ({ width, height }));
      assert.ok(Math.abs(width / height - shape) < 0.01 && width <= 2000, `${name}: ${width}x${height}`);
      await code.screenshot(`vscode-image-${name.slice(0, -4)}`);
    }
  });

  await step('dark and high contrast themes', async () => {
    const themes = { dark: 'Dark 2026', 'high-contrast': 'Default High Contrast' };
    for (const [name, theme] of Object.entries(themes)) {
      server.setSettings({ 'workbench.colorTheme': theme });
      const kind = () => code.panel.locator('body').getAttribute('data-vscode-theme-kind');
      await eventually(kind, (found) => found === `vscode-${name}`, 15000, theme);
      const title = await code.panel.locator('h2').evaluate((heading) => getComputedStyle(heading).color);
      assert.ok(title.match(/\d+/g).slice(0, 3).every((part) => Number(part) > 180), `bright words: ${title}`);
      await code.page.waitForTimeout(300);
      await code.screenshot(`vscode-image-${name}`);
    }
  });
}, { shares: true, prepare });
