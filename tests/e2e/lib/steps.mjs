/** The parts of a long test in one browser page: each a test of its own, with a picture of what went wrong. */

import { screenshot } from './paths.mjs';

/**
 * What declares the parts of the test `t`, done one after another in the same page.
 *
 * @param {import('node:test').TestContext} t
 * @param {import('playwright-core').Page} page
 * @returns {((name: string, work: () => Promise<void>) => Promise<void>) & { failed: boolean }} with whether one failed
 */
export function stepsOf(t, page) {
  const faults = [];
  page.on('pageerror', (error) => faults.push(error.message));
  const step = (name, work) =>
    t.test(name, async () => {
      try {
        await work();
      } catch (error) {
        step.failed = true;
        await page.screenshot({ path: screenshot(`failed: ${name}`.replace(/[^a-z0-9]+/gi, '-')) });
        error.message += faults.length ? `\nin the page: ${faults.join('; ')}` : '';
        throw error;
      }
    });
  step.failed = false;
  return step;
}
