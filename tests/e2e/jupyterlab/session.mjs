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
 * @param {{ needs?: string[], base?: string } & import('playwright-core').BrowserContextOptions} options Files that the
 *   tests need, the server's base URL without the last slash, and what the page is like. With a base URL the server is
 *   one of the file's own.
 */
export function inJupyterLab(title, body, { needs = [], base, ...options } = {}) {
  declare(title, { skip: missing(PYTHON, ...needs), timeout: 300000 }, async (t) => {
    const lab = base ? await Lab.start({ base }) : await sharedLab();
    const browser = await sharedBrowser();
    const page = await browser.newPage({ viewport: { width: 1280, height: 860 }, ...options });
    page.setDefaultTimeout(90000);
    try {
      await body(stepsOf(t, page), lab, page);
    } finally {
      await page.context().close();
      if (base) await lab.stop();
    }
  });
}
