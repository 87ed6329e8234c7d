import assert from 'node:assert/strict';
import test from 'node:test';

import { decodeMap } from '../lib/decode.js';
import { difference } from '../lib/difference.js';

const token = (score, i) => ({ text: `w${i}`, start: i, end: i + 1, score });
const text = (...scores) => ({ kind: 'text', text: 'abc', words: scores.map(token), tokens: scores.map(token) });
const row = (...scores) => ({ kind: 'tabular', columns: scores.map((score, i) => ({ name: `c${i}`, value: '', score })) });
const array = (...values) => ({
  dtype: 'int16',
  shape: [1, values.length],
  scale: 0.5,
  data: Buffer.from(new Int16Array(values).buffer).toString('base64'),
});
const image = (...values) => ({
  kind: 'image',
  region: [0, 0, 1, 1],
  signed: array(...values),
  magnitude: array(...values.map(Math.abs)),
});
const explanation = (picture, method = 'integrated', score = 'probability') => ({
  picture,
  method,
  target: { score },
  completeness: method === 'integrated' ? {} : null,
});

test('scores of one unit are subtracted as they are', () => {
  const { picture, unit } = difference(explanation(text(0.5, -0.25, 1)), explanation(text(0.25, 0.25, 1)));
  assert.equal(unit, 'score');
  assert.deepEqual(picture.words.map(({ score }) => score), [0.25, -0.5, 0]);
});

test('contributions of different units are compared as shares of their own sums', () => {
  const { picture, unit } = difference(explanation(row(3, -1)), explanation(row(10, 10), 'input-x-gradient'));
  assert.equal(unit, 'share');
  assert.deepEqual(picture.columns.map(({ score }) => score), [0.25, -0.75]);
});

test('contributions and sensitivities are compared by their sizes', () => {
  const { picture, unit } = difference(explanation(row(3, -1)), explanation(row(-10, 10), 'gradient'));
  assert.equal(unit, 'size');
  assert.deepEqual(picture.columns.map(({ score }) => score), [0.25, -0.25]);
  const maps = difference(explanation(image(3, -1)), explanation(image(-1, 1), 'gradient')).picture;
  assert.ok(Math.abs(decodeMap(maps.signed).values[1] + 0.25) < 1e-4);
});

test('maps keep their sign, and their magnitude is that of the difference', () => {
  const { picture } = difference(explanation(image(4, -2, 0)), explanation(image(1, 2, 0)));
  const near = (found, wanted) => wanted.forEach((value, i) => assert.ok(Math.abs(found[i] - value) < 1e-4));
  near(decodeMap(picture.signed).values, [1.5, -2, 0]);
  near(decodeMap(picture.magnitude).values, [1.5, 0, 0]);
});

test('what is not of one sample has no difference', () => {
  assert.equal(difference(explanation(row(1, 2)), explanation(row(1, 2, 3))), undefined);
  assert.equal(difference(explanation(row(1)), explanation(text(1))), undefined);
});
