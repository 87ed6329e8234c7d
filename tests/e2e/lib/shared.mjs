/** What the files of a lane share, since it is slow to start: it ends with the last of them. */

import { after } from 'node:test';

import { launchBrowser } from './browser.mjs';

const ends = [];

// The last that was started is the first that ends.
after(async () => {
  for (const end of ends.reverse()) await end();
});

/** What is done when the last file has ended. */
export function atTheEnd(work) {
  ends.push(work);
}

let browser;

/** The one browser: each file opens a context of its own in it, which knows nothing of the others. */
export async function sharedBrowser() {
  if (browser?.isConnected()) return browser;
  browser = await launchBrowser();
  atTheEnd(() => browser.close());
  return browser;
}
