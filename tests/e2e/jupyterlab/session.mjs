/** One JupyterLab and one browser for the tests of a file; a picture of what went wrong. */

import { test } from 'node:test';

import { launchBrowser } from '../lib/browser.mjs';
import { PYTHON, missing, screenshot } from '../lib/paths.mjs';
import { Lab } from './lab.mjs';

/**
 * Declares the tests of a file, one after another in the same JupyterLab.
 *
 * @param {string} title
 * @param {(step: (name: string, body: () => Promise<void>) => Promise<void>, lab: Lab, page: import('playwright-core').Page) => Promise<void>} body
 * @param {{ needs?: string[] } & import('playwright-core').BrowserContextOptions} options Files that the tests need,
 *   and what the page is like.
 */
export function inJupyterLab(title, body, { needs = [], ...options } = {}) {
  test(title, { skip: missing(PYTHON, ...needs), timeout: 300000 }, async (t) => {
    const lab = await Lab.start();
    const browser = await launchBrowser();
    const page = await browser.newPage({ viewport: { width: 1280, height: 860 }, ...options });
    page.setDefaultTimeout(90000);
    const faults = [];
    page.on('pageerror', (error) => faults.push(error.message));
    const step = (name, work) =>
      t.test(name, async () => {
        try {
          await work();
        } catch (error) {
          await page.screenshot({ path: screenshot(`failed: ${name}`.replace(/[^a-z0-9]+/gi, '-')) });
          error.message += faults.length ? `\nin the page: ${faults.join('; ')}` : '';
          throw error;
        }
      });
    try {
      await body(step, lab, page);
    } finally {
      await browser.close();
      await lab.stop();
    }
  });
}
