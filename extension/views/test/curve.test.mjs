import assert from 'node:assert/strict';
import test from 'node:test';

import { apart, area, depth, nearest, points, reached, spanOf, valueAt } from '../lib/curve.js';
import { decodeMaps } from '../lib/decode.js';

test('a span holds all values, and never is empty', () => {
  assert.deepEqual(spanOf([2, -1, 3], false), { lower: -1, upper: 3 });
  assert.deepEqual(spanOf([2, 3], true), { lower: 0, upper: 3 });
  assert.deepEqual(spanOf([5, 5], false), { lower: 5, upper: 6 });
  assert.deepEqual(spanOf([], true), { lower: 0, upper: 1 });
  assert.deepEqual(spanOf([], false), { lower: 0, upper: 1 });
});

test('points lie where their values are', () => {
  const span = { lower: 0, upper: 4 };
  assert.equal(depth(4, span), 0);
  assert.equal(points([0, 0.5, 1], [0, 2, 4], span), '0,100 50,50 100,0');
  assert.equal(area([0, 1], [4, 4], span), '0,100 0,0 100,0 100,100');
});

test('names move apart, in their order, and stay inside', () => {
  const moved = apart([10, 10, 12, 80], 14, 84);
  const sorted = [...moved].sort((a, b) => a - b);
  for (let i = 1; i < sorted.length; i++) assert.ok(sorted[i] - sorted[i - 1] >= 13.5);
  assert.ok(moved[0] <= moved[1] && moved[1] <= moved[2] && moved[3] === 80);
  assert.ok(Math.min(...moved) >= -0.5);
  assert.deepEqual(apart([], 14, 84), []);
  assert.ok(Math.max(...apart([84, 84, 84], 14, 84)) <= 84.5);
});

test('between two scales lies a line, beyond the ends nothing new', () => {
  assert.equal(valueAt([0, 0.5, 1], [0, 2, 3], 0.25), 1);
  assert.equal(valueAt([0.2, 0.8], [1, 2], 0), 1);
  assert.equal(valueAt([0.2, 0.8], [1, 2], 1), 2);
  assert.equal(valueAt([0.4], [7], 0.9), 7);
});

test('where the score has made its way', () => {
  const scales = [0, 0.25, 0.5, 0.75, 1];
  assert.equal(reached(scales, [0, 0.1, 0.95, 0.97, 1], 0.9), 0.5);
  assert.equal(reached(scales, [1, 0.9, 0.05, 0.03, 0], 0.9), 0.5);
  assert.equal(reached(scales, [0, 0.95, 0.2, 0.97, 1], 0.9), 0.75, 'it must have stayed there');
  assert.equal(reached(scales, [3, 3, 3, 3, 3], 0.9), null);
});

test('the nearest stop', () => {
  assert.equal(nearest([0.1, 0.5, 0.9], 0.65), 1);
  assert.equal(nearest([0.1, 0.5, 0.9], 2), 2);
});

test('interior maps of pictures and of rows', () => {
  const encoded = (shape, numbers) => ({
    dtype: 'int16',
    shape,
    scale: 0.5,
    data: Buffer.from(new Int16Array(numbers).buffer).toString('base64'),
  });
  const [first, second] = decodeMaps(encoded([2, 1, 2], [2, 4, 6, -8]));
  assert.deepEqual([first.width, first.height, ...first.values], [2, 1, 1, 2]);
  assert.deepEqual([...second.values], [3, -4]);
  assert.deepEqual(decodeMaps(encoded([2, 3], [0, 0, 0, 2, 2, 2])).map(({ values }) => [...values]), [[0, 0, 0], [1, 1, 1]]);
  assert.throws(() => decodeMaps(encoded([2, 2], [1])), /shape \(2, 2\) came with 2 bytes/);
});
