/**
 * Runs end-to-end tests one after another in this process, so that they can share what is slow to start: `node lane.mjs
 * FILES...`, for run.mjs, which it tells which files failed, the numbers of tests, and the seconds of each file.
 */

import path from 'node:path';
import { finished } from 'node:stream/promises';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

import { fileOf } from './lib/declare.mjs';

process.once('SIGTERM', () => process.exit(1)); // a browser that is driven has a handler of its own, which stays

const failed = new Set();
const seconds = {};
const counts = { passed: 0, failed: 0, skipped: 0 };

const events = run({ files: process.argv.slice(2).map((file) => path.resolve(file)), isolation: 'none', concurrency: 1 });
events.on('test:complete', (event) => {
  if (event.nesting > 0) return;
  const file = path.relative('', fileOf(event));
  seconds[file] = (seconds[file] ?? 0) + event.details.duration_ms / 1000;
  if (!event.details.passed) failed.add(file);
});
events.on('test:summary', ({ counts: found }) => {
  Object.assign(counts, { passed: found.passed, failed: found.failed, skipped: found.skipped });
});
const report = events.compose(new spec());
report.pipe(process.stdout, { end: false });
await finished(report);
process.send({ failed: [...failed], counts, seconds }, () => process.disconnect());
