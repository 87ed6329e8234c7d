/** Headless Chromium, and the question whether something is true within a while. */

import { setTimeout as sleep } from 'node:timers/promises';
import { chromium } from 'playwright-core';

import { CHROMIUM } from './paths.mjs';

const ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--allow-file-access-from-files',
];

export async function launchBrowser() {
  return chromium.launch({ executablePath: CHROMIUM, headless: true, args: ARGS });
}

/** The first value of `look()` that `holds`; throws with the last one after `within` ms. */
export async function eventually(look, holds = Boolean, within = 20000, what = 'what was waited for') {
  const end = Date.now() + within;
  for (;;) {
    let value;
    try {
      value = await look();
      if (holds(value)) return value;
    } catch (error) {
      value = error;
    }
    if (Date.now() > end) throw new Error(`${what} did not come within ${within} ms; last: ${value instanceof Error ? value : JSON.stringify(value)}`);
    await sleep(100);
  }
}
