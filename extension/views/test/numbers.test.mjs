import assert from 'node:assert/strict';
import test from 'node:test';

import { blur } from '../lib/blur.js';
import { decodeMap } from '../lib/decode.js';
import { number, percent, seconds, signed } from '../lib/format.js';
import { fullStrength, gridShares, percentile } from '../lib/scale.js';

test('numbers read as people write them', () => {
  const cases = [
    [number, 0.00214159, '0.00214'],
    [number, 12345.6, '12300'],
    [number, 1.2e-7, '1.2e\u22127'],
    [signed, 0.5, '+0.5'],
    [signed, -0.5, '\u22120.5'],
    [signed, 0, '0'],
    [percent, 0.93412, '93.4 %'],
    [percent, 0.0005, '0.05 %'],
    [percent, 0.00001, '< 0.01 %'],
    [percent, 0.99961, '99.96 %'],
    [percent, 0.99999999, '> 99.99 %'],
    [percent, 1, '100 %'],
    [seconds, 0.0123, '12 ms'],
    [seconds, 1.24, '1.2 s'],
    [seconds, 45.2, '45 s'],
    [seconds, 150, '3 min'],
  ];
  for (const [write, value, expected] of cases) assert.equal(write(value), expected);
});

test('a map is decoded from little-endian integers and its scale', () => {
  const data = Buffer.from(new Int16Array([1, -2, 300, 0, 5, 6]).buffer).toString('base64');
  const map = decodeMap({ dtype: 'int16', shape: [2, 3], scale: 0.5, data });
  assert.deepEqual([map.width, map.height], [3, 2]);
  assert.deepEqual([...map.values], [0.5, -1, 150, 0, 2.5, 3]);
});

test('a map in full precision is decoded as well', () => {
  const numbers = [1, -0.5, 1e-6, 0];
  for (const [dtype, kind] of [['float32', Float32Array], ['float64', Float64Array]]) {
    const data = Buffer.from(new kind(numbers).buffer).toString('base64');
    const map = decodeMap({ dtype, shape: [2, 2], scale: 1, data });
    assert.deepEqual([...map.values], [...new Float32Array(numbers)]);
  }
});

test('a map whose data and shape disagree is refused', () => {
  const array = { dtype: 'int16', shape: [2, 3], scale: 1, data: Buffer.alloc(10).toString('base64') };
  assert.throws(() => decodeMap(array), /shape \(2, 3\) came with 10 bytes/);
});

test('full strength is a percentile of the magnitudes, and never 0 where anything is attributed', () => {
  assert.equal(percentile([-4, 1, 2, -3], 50), 2);
  assert.equal(fullStrength([0, 0, 0, 0, 0, 0, 0, 0, 0, -7], 50), 7);
  assert.equal(fullStrength([], 99), 0);
});

test('shares of the grid add up to one', () => {
  const shares = gridShares([1, -1, 0, 2, 0, 0, 0, 0, 4], 3, 3, 3, 3);
  assert.deepEqual(shares, [[0.125, 0.125, 0], [0.25, 0, 0], [0, 0, 0.5]]);
});

test('smoothing keeps a constant and the sum of a bump inside, and leaves narrow widths alone', () => {
  const size = 21;
  const flat = { width: size, height: size, values: new Float32Array(size * size).fill(3) };
  for (const value of blur(flat, 2).values) assert.ok(Math.abs(value - 3) < 1e-5);
  const bump = { width: size, height: size, values: new Float32Array(size * size) };
  bump.values[10 * size + 10] = 1;
  const smooth = blur(bump, 1.5).values;
  assert.ok(Math.abs(smooth.reduce((a, b) => a + b) - 1) < 1e-5);
  assert.ok(Math.abs(smooth[10 * size + 8] - smooth[8 * size + 10]) < 1e-6);
  assert.equal(blur(bump, 0.2), bump);
});
