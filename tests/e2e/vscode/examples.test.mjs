/** The examples that come with heatline, in VS Code; the picture of the README is taken here. */

import assert from 'node:assert/strict';
import path from 'node:path';

import { inVSCode } from '../lib/in-vscode.mjs';
import { ROOT } from '../lib/paths.mjs';

const EXAMPLES = path.join(ROOT, 'examples');
const OPTIONS = {
  needs: [path.join(EXAMPLES, 'weights/photos.pt')],
  workspace: EXAMPLES,
  settings: { 'workbench.colorTheme': 'Dark 2026' },
  view: { width: 1440, height: 980 },
};

inVSCode('the examples in VS Code', async (step, code) => {
  await step('a photo and a model trained on the spot: the flower, not the leaves around it', async () => {
    await code.openFile('models.py');
    await code.explorerRow('samples').first().click();
    await code.explorerMenu('flower.jpg', 'Explain Prediction...');
    await code.pick('Explain with which model?', 'photo_model');
    await code.final();
    assert.match(await code.panelText(), /^flower \d+\.\d %.*✓ Completeness error/);

    const glow = ([red, green, blue]) => red + green + blue;
    const places = [];
    for (let x = 0.05; x < 1; x += 0.05) for (let y = 0.05; y < 1; y += 0.05) places.push([x, y]);
    const pixels = await code.canvas(places);
    const brightest = places[pixels.map(glow).reduce((best, value, i, all) => (value > all[best] ? i : best), 0)];
    assert.ok(brightest[0] > 0.25 && brightest[0] < 0.75, `the strongest colour is on a flower: ${brightest}`);
    const corner = glow(pixels[0]);
    assert.ok(corner < 250, `the dark leaves in the corner stay dark: ${corner}`);

    await code.page.mouse.move(640, 966);
    await code.page.waitForTimeout(500);
    await code.screenshot('vscode-photo');
  });
}, OPTIONS);
