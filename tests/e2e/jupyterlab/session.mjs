/** One JupyterLab and one browser for the tests of a file. */

import { test } from 'node:test';

import { launchBrowser } from '../lib/browser.mjs';
import { PYTHON, missing } from '../lib/paths.mjs';
import { stepsOf } from '../lib/steps.mjs';
import { Lab } from './lab.mjs';

/**
 * Declares the tests of a file, one after another in the same JupyterLab.
 *
 * @param {string} title
 * @param {(step: (name: string, body: () => Promise<void>) => Promise<void>, lab: Lab, page: import('playwright-core').Page) => Promise<void>} body
 * @param {{ needs?: string[], base?: string } & import('playwright-core').BrowserContextOptions} options Files that the
 *   tests need, the server's base URL without the last slash, and what the page is like.
 */
export function inJupyterLab(title, body, { needs = [], base = '', ...options } = {}) {
  test(title, { skip: missing(PYTHON, ...needs), timeout: 300000 }, async (t) => {
    const lab = await Lab.start({ base });
    const browser = await launchBrowser();
    const page = await browser.newPage({ viewport: { width: 1280, height: 860 }, ...options });
    page.setDefaultTimeout(90000);
    try {
      await body(stepsOf(t, page), lab, page);
    } finally {
      await browser.close();
      await lab.stop();
    }
  });
}
