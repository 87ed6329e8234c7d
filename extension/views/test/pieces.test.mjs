import assert from 'node:assert/strict';
import test from 'node:test';

import { directionOf } from '../lib/direction.js';
import { pieces } from '../lib/pieces.js';

const unit = (text, start, end) => ({ text, start, end, score: 1 });
const texts = (text, units) => pieces(text, units).map((piece) => [piece.text, piece.index]);

test('what lies between the words is kept', () => {
  const found = texts(' good, bad.', [unit('good', 1, 5), unit('bad', 7, 10)]);
  assert.deepEqual(found, [[' ', -1], ['good', 0], [', ', -1], ['bad', 1], ['.', -1]]);
});

test('offsets count code points, also behind characters of two code units', () => {
  assert.deepEqual(texts('🎬 fine', [unit('fine', 2, 6)]), [['🎬 ', -1], ['fine', 0]]);
});

test('a token without characters shows its own text', () => {
  assert.deepEqual(texts('ok', [unit('[CLS]', 0, 0), unit('ok', 0, 2)]), [['[CLS]', 0], ['ok', 1]]);
});

test('overlapping words show every character once', () => {
  assert.deepEqual(texts('abcd', [unit('abc', 0, 3), unit('cd', 2, 4)]), [['abc', 0], ['d', -1]]);
});

test('a text is read the way of its first letter', () => {
  const cases = { 'A film': 'ltr', '123: فيلم ok': 'rtl', 'ok فيلم': 'ltr', '– שלום': 'rtl', '': 'ltr', '映画': 'ltr' };
  for (const [text, way] of Object.entries(cases)) assert.equal(directionOf(text), way, text);
});
