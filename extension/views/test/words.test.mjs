import assert from 'node:assert/strict';
import test from 'node:test';

import { translate, words } from '../lib/words.js';

test('a table puts words into another language; what it lacks stays English', () => {
  assert.equal(words.secondsLeft('2 s'), 'about 2 s left');
  translate({
    Cancel: 'Abbrechen',
    'about {0} left': 'noch etwa {0}',
    '{0} of the {1}': '{1}: {0}',
    'in the centre': 'in der Mitte',
  });
  assert.equal(words.cancel, 'Abbrechen');
  assert.equal(words.secondsLeft('2 s'), 'noch etwa 2 s');
  assert.equal(words.headline('Gradient', 'Logit'), 'Logit: Gradient', 'the order of the parts is the translator’s');
  assert.equal(words.places[1][1], 'in der Mitte');
  assert.equal(words.trust, 'Trust');
});
