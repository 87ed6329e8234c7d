import assert from 'node:assert/strict';
import test from 'node:test';

import { CLOSEST, WHOLE, onStage, pulled, showing, transform, zoomed } from '../lib/viewport.js';

const near = (a, b) => assert.ok(Math.abs(a - b) < 1e-9, `${a} and ${b}`);

test('zooming leaves the point under the pointer where it stands', () => {
  const at = { x: 0.7, y: 0.4 };
  const before = onStage(WHOLE, at);
  const after = onStage(zoomed(WHOLE, 3, at), at);
  near(after.x, before.x);
  near(after.y, before.y);
});

test('nothing but the picture is ever seen', () => {
  const corner = zoomed(WHOLE, 4, { x: 0, y: 1 });
  assert.deepEqual(onStage(corner, { x: 0, y: 1 }), { x: 0, y: 1 });
  assert.deepEqual(pulled(corner, 5, -5), corner, 'it stops at its edges');
  assert.deepEqual(zoomed(corner, 0.001), WHOLE, 'never smaller than whole');
  assert.equal(zoomed(corner, 1000).zoom, CLOSEST);
});

test('pulling moves by fractions of the stage', () => {
  const view = zoomed(WHOLE, 2);
  near(onStage(pulled(view, 0.1, -0.1), { x: 0.5, y: 0.5 }).x, 0.6);
  near(onStage(pulled(view, 0.1, -0.1), { x: 0.5, y: 0.5 }).y, 0.4);
});

test('a point is brought into sight by the shortest way', () => {
  const view = zoomed(WHOLE, 4);
  assert.deepEqual(showing(view, { x: 0.5, y: 0.5 }), view, 'it is seen already');
  near(onStage(showing(view, { x: 0.9, y: 0.5 }), { x: 0.9, y: 0.5 }).x, 1);
});

test('as a transform', () => {
  assert.equal(transform(WHOLE), 'translate(0%, 0%) scale(1)');
  assert.equal(transform({ zoom: 2, x: 0.75, y: 0.25 }), 'translate(-100%, 0%) scale(2)');
});
