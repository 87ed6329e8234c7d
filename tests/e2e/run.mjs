/**
 * Runs end-to-end tests: `node run.mjs FILES...`. Those of VS Code and the others run beside each other, as two lanes; a
 * lane is one process, which does its files one after another. A file that fails is run once more, alone, since an editor
 * on a busy machine may miss a click; the last lines tell which files needed that. One that fails twice fails.
 */

import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';

const LANE = path.join(import.meta.dirname, 'lane.mjs');
/** The mark of a line that ends a test of a file, or tells of all of them: what came before belongs together. */
const ENDS = /^[✔✖﹣ℹ]/;

const running = new Set();
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
  process.once(signal, () => {
    for (const child of running) child.kill('SIGTERM');
    process.exit(1);
  });
}

/** Runs files in a process of their own; what it says of them. */
async function lane(files) {
  const child = fork(LANE, files, { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  running.add(child);
  child.once('exit', () => running.delete(child));
  let told = { failed: files, counts: { passed: 0, failed: files.length, skipped: 0 }, seconds: {} };
  child.on('message', (message) => (told = message));
  let held = [];
  for await (const line of createInterface({ input: child.stdout })) {
    held.push(line);
    if (ENDS.test(line)) console.log(held.splice(0).join('\n'));
  }
  if (held.length) console.log(held.join('\n'));
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return told;
}

/** What several lanes say, as one. */
function sum(lanes) {
  const counts = { passed: 0, failed: 0, skipped: 0 };
  for (const told of lanes) for (const name of Object.keys(counts)) counts[name] += told.counts[name];
  const seconds = Object.assign({}, ...lanes.map((told) => told.seconds));
  return { failed: lanes.flatMap((told) => told.failed), counts, seconds };
}

const words = ({ passed, failed, skipped }) => `${passed} passed, ${failed} failed, ${skipped} skipped`;

const files = process.argv.slice(2);
const inVSCode = (file) => file.includes('/vscode/');
const lanes = [files.filter(inVSCode), files.filter((file) => !inVSCode(file))].filter((found) => found.length > 0);
const start = Date.now();
const first = sum(await Promise.all(lanes.map(lane)));
const again = [];
for (const file of first.failed) again.push(await lane([file]));
const second = sum(again);

for (const [file, seconds] of Object.entries(first.seconds).sort(([, a], [, b]) => b - a)) {
  console.log(`${seconds.toFixed(1).padStart(7)} s  ${file}`);
}
console.log(`editors: ${words(first.counts)}, ${Math.round((Date.now() - start) / 1000)} s`);
if (again.length) console.log(`editors: run once more, ${words(second.counts)}: ${first.failed.join(' ')}`);
process.exitCode = second.failed.length > 0 ? 1 : 0;
