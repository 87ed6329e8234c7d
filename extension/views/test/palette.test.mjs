import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import test from 'node:test';

import { colourMap, overlayColour } from '../lib/heatmap.js';
import { DIVERGING, SEQUENTIAL, colourAt, parseHex } from '../lib/palette.js';
import { PALETTES, paletteInUse, usePalette } from '../lib/palettes.js';

const python = readFileSync(new URL('../../../attribution_core/palette.py', import.meta.url), 'utf8');

for (const [name, stops] of Object.entries({ DIVERGING, SEQUENTIAL })) {
  test(`${name} has the stops of palette.py`, () => {
    const block = python.match(new RegExp(`^${name} = _stops\\(([^)]*)\\)`, 'm'))[1];
    assert.deepEqual(stops, block.match(/#[0-9a-f]{6}/g));
  });
}

test('colours lie on the stops and between them', () => {
  assert.deepEqual(colourAt(['#000000', '#ff8000'], 0.5), [128, 64, 0]);
  assert.deepEqual(colourAt(SEQUENTIAL, 1), parseHex(SEQUENTIAL.at(-1)));
  assert.deepEqual(colourAt(SEQUENTIAL, -3), parseHex(SEQUENTIAL[0]));
});

test('nothing is transparent, and for and against differ by more than hue', () => {
  assert.equal(overlayColour('signed', 0)[3], 0);
  assert.equal(overlayColour('magnitude', 0)[3], 0);
  assert.equal(overlayColour('signed', 1)[3], 255);
  assert.notDeepEqual(overlayColour('signed', 1), overlayColour('signed', -1));
});

test('values beyond full strength get the strongest colour', () => {
  const map = { width: 3, height: 1, values: new Float32Array([2, 1, 0]) };
  const pixels = colourMap(map, 'magnitude', 1);
  assert.deepEqual([...pixels.slice(0, 4)], [...pixels.slice(4, 8)]);
  assert.equal(pixels[11], 0);
});

test('another palette colours magnitudes and leaves signs alone', () => {
  const map = { width: 2, height: 1, values: new Float32Array([1, -1]) };
  const signed = colourMap(map, 'signed', 1);
  for (const name of Object.keys(PALETTES)) {
    usePalette(name);
    assert.deepEqual([...colourMap(map, 'magnitude', 1).slice(0, 3)], parseHex(PALETTES[name].at(-1)));
    assert.deepEqual(colourMap(map, 'signed', 1), signed);
  }
  usePalette('no such palette');
  assert.equal(paletteInUse(), Object.keys(PALETTES).at(-1));
  usePalette('inferno');
});

test('every palette grows lighter with the magnitude, so that it can be read without its hues', () => {
  const lightness = ([red, green, blue]) => 0.2126 * red ** 2.2 + 0.7152 * green ** 2.2 + 0.0722 * blue ** 2.2;
  for (const stops of Object.values(PALETTES)) {
    const levels = stops.map((stop) => lightness(parseHex(stop)));
    assert.deepEqual(levels, [...levels].sort((a, b) => a - b));
  }
});
