import assert from 'node:assert/strict';
import test from 'node:test';

import { placer, waterfall } from '../lib/waterfall.js';

const columns = [
  { name: 'age', value: '29', score: -0.1 },
  { name: 'sex', value: 'female', score: 0.7 },
  { name: 'fare', value: '80', score: 0.2 },
];
const target = { index: 1, label: 'survived', score: 'probability', value: 0.9, baseline_value: 0.1, against: null };
const complete = { expected: 0.8, total: 0.8, relative_error: 0 };
const kinds = (rows) => rows.map(({ kind }) => kind);

test('the largest first, each from where the one before ended, from the baseline to the score', () => {
  const rows = waterfall(columns, target, complete, 14);
  assert.deepEqual(kinds(rows), ['start', 'column', 'column', 'column', 'end']);
  assert.deepEqual(rows.slice(1, 4).map(({ index }) => index), [1, 2, 0]);
  for (let i = 1; i < rows.length; i++) assert.ok(Math.abs(rows[i].from - rows[i - 1].to) < 1e-9);
  assert.deepEqual([rows[0].from, rows.at(-1).to], [0.1, 0.9]);
});

test('what does not add up is a row of its own', () => {
  const rows = waterfall(columns, target, { expected: 0.8, total: 0.6, relative_error: 0.25 }, 14);
  assert.deepEqual(kinds(rows).slice(-2), ['gap', 'end']);
  const { from, to } = rows.at(-2);
  assert.ok(Math.abs(to - from - 0.2) < 1e-9);
});

test('columns beyond the most are taken together', () => {
  const many = Array.from({ length: 40 }, (_, i) => ({ name: `c${i}`, value: '', score: 0.02 }));
  const rows = waterfall(many, target, complete, 14);
  assert.equal(rows.filter(({ kind }) => kind === 'column').length, 13);
  const rest = rows.find(({ kind }) => kind === 'rest');
  assert.ok(Math.abs(rest.to - rest.from - 27 * 0.02) < 1e-9);
  assert.equal(waterfall(many, target, complete, Infinity).some(({ kind }) => kind === 'rest'), false);
});

test('without a baseline every bar begins at zero', () => {
  const rows = waterfall(columns, { ...target, baseline_value: null }, null, 14);
  assert.deepEqual(kinds(rows), ['column', 'column', 'column']);
  assert.deepEqual(rows.map(({ from }) => from), [0, 0, 0]);
});

test('places span the whole width, also where all scores are alike', () => {
  const place = placer(waterfall(columns, target, complete, 14));
  assert.equal(place(0.1), 0);
  assert.ok(Math.abs(place(1.0) - 1) < 1e-9);
  assert.equal(placer([{ kind: 'column', index: 0, from: 0, to: 0 }])(0), 0);
});
