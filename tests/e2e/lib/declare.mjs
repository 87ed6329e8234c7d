/** Tests that helpers declare for a file, and which file that was: node:test knows only the helper. */

import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { getCallSites } from 'node:util';

const declarers = new Map();

/** As node:test's `test`, for a helper that a test file calls. */
export function declare(name, options, body) {
  const { scriptName } = getCallSites(20).find(({ scriptName: script }) => script.endsWith('.test.mjs'));
  declarers.set(name, scriptName.startsWith('file:') ? fileURLToPath(scriptName) : scriptName);
  test(name, options, body);
}

/** The test file of a test that stands in no other, by an event of node:test. */
export function fileOf({ name, file }) {
  return declarers.get(name) ?? file;
}
