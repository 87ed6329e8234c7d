import assert from 'node:assert/strict';
import test from 'node:test';

import { isExplanation } from '../lib/saved.js';

test('what comes from anywhere is drawn only where it has what the views rely on', () => {
  const good = { picture: { kind: 'text' }, target: { label: 'cat' }, classes: [], notes: [] };
  assert.ok(isExplanation(good));
  const bad = [null, undefined, 7, 'text', [], {}, { ...good, picture: { kind: 'film' } }, { ...good, target: null }, { ...good, notes: 'none' }];
  for (const data of bad) assert.ok(!isExplanation(data), JSON.stringify(data));
});
