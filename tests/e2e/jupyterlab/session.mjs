/** One JupyterLab for the tests of a file; a server of its own, or the one that files share. */

import { declare } from '../lib/declare.mjs';
import { PYTHON, missing } from '../lib/paths.mjs';
import { atTheEnd, sharedBrowser } from '../lib/shared.mjs';
import { stepsOf } from '../lib/steps.mjs';
import { Lab } from './lab.mjs';

let shared;

/** The server that files share, as if it had just been started. */
async function sharedLab() {
  if (shared) {
    await shared.tidy();
  } else {
    shared = await Lab.start();
    atTheEnd(() => shared.stop());
  }
  return shared;
}

/**
 * Declares the tests of a file, one after another in the same JupyterLab.
 *
 * @param {string} title
 * @param {(step: (name: string, body: () => Promise<void>) => Promise<void>, lab: Lab, page: import('playwright-core').Page) => Promise<void>} body
 * @param {{ needs?: string[], base?: string, beside?: string } & import('playwright-core').BrowserContextOptions} options
 *   Files that the tests need, the server's base URL without the last slash, a folder with packages that only this server
 *   has, and what the page is like. With a base URL or packages the server is one of the file's own.
 */
export function inJupyterLab(title, body, { needs = [], base, beside, ...options } = {}) {
  declare(title, { skip: missing(PYTHON, ...needs), timeout: 300000 }, async (t) => {
    const own = base || beside;
    const lab = own ? await Lab.start({ base, beside }) : await sharedLab();
    const browser = await sharedBrowser();
    const page = await browser.newPage({ viewport: { width: 1280, height: 860 }, ...options });
    page.setDefaultTimeout(90000);
    try {
      await body(stepsOf(t, page), lab, page);
    } finally {
      await page.context().close();
      if (own) await lab.stop();
    }
  });
}
