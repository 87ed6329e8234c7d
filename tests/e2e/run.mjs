/**
 * Runs end-to-end tests, a file after the other: `node run.mjs FILES...`. A file that fails is run once more, since an
 * editor on a busy machine may miss a click; the last lines tell which files needed that. One that fails twice fails.
 */

import path from 'node:path';
import { finished } from 'node:stream/promises';
import { run } from 'node:test';
import { spec } from 'node:test/reporters';

/** Runs files; which of them failed, and how many tests passed, failed and were skipped. */
async function round(files) {
  const failed = new Set();
  const counts = { passed: 0, failed: 0, skipped: 0 };
  const events = run({ files, concurrency: 1 });
  // The place of a failure may be a helper's that the file shares with others; a summary is of the file that ran.
  events.on('test:summary', ({ file, success, counts: found }) => {
    if (file && !success) failed.add(path.relative('', file));
    if (!file) Object.assign(counts, { passed: found.passed, failed: found.failed, skipped: found.skipped });
  });
  const report = events.compose(new spec());
  report.pipe(process.stdout, { end: false });
  await finished(report);
  return { failed: [...failed], counts };
}

const told = ({ passed, failed, skipped }) => `${passed} passed, ${failed} failed, ${skipped} skipped`;

const first = await round(process.argv.slice(2));
const again = first.failed.length > 0 ? await round(first.failed) : null;
console.log(`editors: ${told(first.counts)}`);
if (again) console.log(`editors: run once more, ${told(again.counts)}: ${first.failed.join(' ')}`);
process.exitCode = again && again.failed.length > 0 ? 1 : 0;
