/** A string in Python code is explained: its words are coloured where they stand. */

import assert from 'node:assert/strict';

import { eventually } from '../lib/browser.mjs';
import { inVSCode } from '../lib/in-vscode.mjs';

const MODEL = 'Explain with which model?';
const isOrange = ([red, , blue]) => red > blue + 40;
const isBlue = ([red, , blue]) => blue > red + 40;

inVSCode('texts in VS Code', async (step, code, server) => {
  await code.openFile('reviews.py');

  async function explain(word) {
    await code.editorMenu(word, 'Explain Prediction...');
    await code.pick(MODEL, 'opinion');
    await code.final();
    await eventually(() => code.colour(word), Boolean, 5000, `a colour under "${word}"`);
  }

  const uncoloured = (word) => eventually(() => code.colour(word), (colour) => colour === null, 5000, 'no colour');

  await step('right-click on a string, and see its words coloured in the source', async () => {
    await explain('superb');
    const [superb, great, dull] = [await code.colour('superb'), await code.colour('great'), await code.colour('dull')];
    assert.ok(isOrange(superb) && isOrange(great), `for the class, orange: ${superb}; ${great}`);
    assert.ok(isBlue(dull), `against it, blue: ${dull}`);
    assert.ok(superb[3] > great[3], `the stronger word is the stronger colour: ${superb[3]} > ${great[3]}`);
    assert.equal(await code.colour('review'), null, 'nothing outside the string is coloured');
    const text = await code.panelText();
    assert.match(text, /praise/);
    assert.match(text, /for “praise”/);
    await code.screenshot('vscode-text');
  });

  await step('a coloured word tells its number when pointed at', async () => {
    await code.clickText('lost =');
    assert.match(await code.hover('superb'), /\+[\d.]+ for "praise", [\d.]+ % of all/);
    await code.screenshot('vscode-text-hover');
    assert.match(await code.hover('dull'), /\u2212[\d.]+ against "praise", [\d.]+ % of all/);
  });

  await step('Escape clears the colours', async () => {
    await code.page.mouse.move(700, 700);
    await code.clickText('lost =');
    await code.page.keyboard.press('Escape');
    await code.page.keyboard.press('Escape');
    await uncoloured('superb');
  });

  await step('words behind escapes and emoji are coloured where they stand, until an edit', async () => {
    await code.editorMenu('escaped', 'Explain Prediction...');
    await code.toast('There is no string at the cursor').waitFor();
    await code.clearToasts();

    await explain('u201csuperb');
    assert.ok(isOrange(await code.colour('superb\\u201d')));
    assert.ok(isBlue(await code.colour('dull\\')));
    await code.screenshot('vscode-text-escapes');
    await code.clickText('escaped');
    await code.page.keyboard.press('End');
    await code.page.keyboard.type(' ');
    await uncoloured('superb\\u201d');
    await code.page.keyboard.press('Home'); // the end of the line was scrolled to
  });

  await step('an image path in code is explained as the image', async () => {
    await code.editorMenu('lamp.png', 'Explain Prediction...');
    await code.pick(MODEL, 'lamp');
    await code.panel.locator('canvas').waitFor();
    await code.final();
    assert.match(await code.panelText(), /lamp on .*lamp\.png/);
  });

  await step('all of it by keyboard: the string, the model, another class', async () => {
    const { keyboard } = code.page;
    await code.clickText('lost =');
    await keyboard.press('Control+Home');
    await keyboard.press('Control+f');
    await keyboard.type('superb film');
    await keyboard.press('Escape'); // what was found is selected
    await code.command('Heatline: Explain Prediction...');
    await code.pickerRows(MODEL);
    await keyboard.type('opinion');
    await keyboard.press('Enter');
    await eventually(() => code.panelText(), (text) => text.startsWith('praise'), 30000, 'the explanation');
    await code.final();
    await code.command('View: Focus Right Editor Group');
    const reach = async () => {
      await keyboard.press('Tab');
      return code.focusedInPanel();
    };
    await eventually(reach, (words) => /^blame/.test(words), 20000, 'the class, by Tab');
    await keyboard.press('Enter');
    await eventually(() => code.panelText(), (text) => text.startsWith('blame'), 30000, 'the other class');
    await code.screenshot('vscode-keyboard');
  });

  await step('high contrast themes draw borders, solid for and dashed against', async () => {
    server.setSettings({ 'workbench.colorTheme': 'Default High Contrast' });
    await code.page.locator('.monaco-workbench.hc-black').waitFor();
    await code.editorMenu('superb film', 'Explain Prediction...');
    await code.pick(MODEL, 'opinion');
    await code.final();
    const borders = async (word) => (await code.decorations(word)).map(({ border }) => border);
    await eventually(() => borders('superb'), (found) => found.includes('solid'), 5000, 'a solid border');
    assert.ok((await borders('dull')).includes('dashed'));
    await code.screenshot('vscode-text-high-contrast');
  });
}, { shares: true });
