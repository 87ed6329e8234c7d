/** The page of the views' states in a browser, for the tests of a file. */

import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

import { declare } from './declare.mjs';
import { ROOT, missing } from './paths.mjs';
import { sharedBrowser } from './shared.mjs';

const VIEWS = path.join(ROOT, 'extension/views');
const skip = missing();
let built;

/** Bundles the page's script, once. */
function build() {
  const esbuild = path.join(ROOT, 'node_modules/esbuild/bin/esbuild');
  const options = ['--bundle', '--format=iife', '--target=es2022', '--log-level=warning', '--outfile=dist/states.js'];
  built ??= execFileSync(esbuild, ['states/states.ts', ...options], { cwd: VIEWS, stdio: 'inherit' }) ?? true;
}

/** Declares a test that opens pages of states. */
export function viewsTest(name, body) {
  declare(name, { skip, timeout: 60000 }, body);
}

/**
 * A page of states, all of them or one, and what it complains about as it goes on.
 *
 * @param {{ theme?: 'light' | 'dark' | 'contrast', only?: string }} shown
 * @param {import('playwright-core').BrowserContextOptions} options
 */
export async function openStates(shown, options = {}) {
  build();
  const browser = await sharedBrowser();
  const page = await browser.newPage({ viewport: { width: 760, height: 900 }, ...options });
  const complaints = [];
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  page.on('dialog', (dialog) => complaints.push(`a dialog: ${dialog.message()}`));
  await page.goto(`${pathToFileURL(path.join(VIEWS, 'states.html'))}?${new URLSearchParams(shown)}`);
  return { page, complaints };
}
