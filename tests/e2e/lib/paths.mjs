/** Where things of this repository are, for tests that drive editors. */

import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

export const ROOT = path.resolve(import.meta.dirname, '../../..');
export const BUILD = path.join(ROOT, 'build');
export const FIXTURES = path.join(ROOT, 'tests/e2e/fixtures');
export const SCREENSHOTS = path.join(BUILD, 'screenshots');

/** The interpreter with torch that the editors run models with. */
export const PYTHON = process.env.HEATLINE_PYTHON ?? path.join(ROOT, '.venv/bin/python');

export const VERSION = JSON.parse(readFileSync(path.join(ROOT, 'extension/vscode/package.json'), 'utf8')).version;
export const VSIX = process.env.HEATLINE_VSIX ?? path.join(BUILD, `heatline-${VERSION}.vsix`);
export const CODE_SERVER = path.join(BUILD, 'code-server/node_modules/code-server/out/node/entry.js');
/** Real-time collaboration for JupyterLab, installed apart. */
export const COLLABORATION = path.join(BUILD, 'collaboration');

const BROWSERS = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'];
export const CHROMIUM = [process.env.HEATLINE_CHROMIUM, ...BROWSERS].find((file) => file && existsSync(file));

/**
 * Why a test that needs `files` cannot run here, for `test(name, { skip })`; false where it can.
 * With HEATLINE_REQUIRE_EDITORS=1 nothing may be skipped, and it throws instead.
 */
export function missing(...files) {
  const reasons = [];
  if (Number.parseInt(process.versions.node, 10) < 24) reasons.push(`Node ${process.versions.node}, not 24: run make test`);
  if (!CHROMIUM) reasons.push('no Chromium: apt-get install chromium, or set HEATLINE_CHROMIUM to one');
  for (const file of files) if (!existsSync(file)) reasons.push(`no ${path.relative(ROOT, file)}: run make test`);
  if (reasons.length === 0) return false;
  if (process.env.HEATLINE_REQUIRE_EDITORS === '1') throw new Error(reasons.join('; '));
  return reasons.join('; ');
}

/** The path of a screenshot. */
export function screenshot(name) {
  mkdirSync(SCREENSHOTS, { recursive: true });
  return path.join(SCREENSHOTS, `${name}.png`);
}
