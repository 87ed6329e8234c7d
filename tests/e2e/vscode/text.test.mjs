/** A string in Python code is explained: its words are coloured where they stand. */

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';

import { eventually } from '../lib/browser.mjs';
import { CodeServer } from '../lib/code-server.mjs';
import { CODE_SERVER, FIXTURES, VSIX, missing } from '../lib/paths.mjs';
import { Workbench } from '../lib/vscode.mjs';

const skip = missing(CODE_SERVER, VSIX);
/** The time is for a machine that does other things too. */
const options = { skip, timeout: 240000 };
const MODEL = 'Explain with which model?';
const isOrange = ([red, , blue]) => red > blue + 40;
const isBlue = ([red, , blue]) => blue > red + 40;
let server, code;

before(async () => {
  if (skip) return;
  server = await CodeServer.start({ workspace: `${FIXTURES}/workspace` });
  code = await Workbench.open(server);
  await code.openFile('reviews.py');
});

afterEach((t) => code?.photographFailure(t));

after(async () => {
  await code?.close();
  await server?.stop();
});

async function explain(word) {
  await code.editorMenu(word, 'Explain Prediction...');
  await code.pick(MODEL, 'opinion');
  await code.final();
  await eventually(() => code.colour(word), Boolean, 5000, `a colour under "${word}"`);
}

const uncoloured = (word) => eventually(() => code.colour(word), (colour) => colour === null, 5000, 'no colour');

test('right-click on a string, and see its words coloured in the source', options, async () => {
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

test('a coloured word tells its number when pointed at', options, async () => {
  await code.clickText('lost =');
  assert.match(await code.hover('superb'), /\+[\d.]+ for "praise", [\d.]+ % of all/);
  await code.screenshot('vscode-text-hover');
  assert.match(await code.hover('dull'), /\u2212[\d.]+ against "praise", [\d.]+ % of all/);
});

test('Escape clears the colours', options, async () => {
  await code.page.mouse.move(700, 700);
  await code.clickText('lost =');
  await code.page.keyboard.press('Escape');
  await code.page.keyboard.press('Escape');
  await uncoloured('superb');
});

test('words behind escapes and emoji are coloured where they stand, until an edit', options, async () => {
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
});

test('an image path in code is explained as the image', options, async () => {
  await code.editorMenu('lamp.png', 'Explain Prediction...');
  await code.pick(MODEL, 'lamp');
  await code.panel.locator('canvas').waitFor();
  await code.final();
  assert.match(await code.panelText(), /lamp on .*lamp\.png/);
});

test('high contrast themes draw borders, solid for and dashed against', options, async () => {
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
