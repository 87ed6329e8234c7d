/** One VS Code for the tests of a file: one of its own, or one that files share. */

import { CodeServer } from './code-server.mjs';
import { declare } from './declare.mjs';
import { CODE_SERVER, FIXTURES, VSIX, missing } from './paths.mjs';
import { atTheEnd, sharedBrowser } from './shared.mjs';
import { stepsOf } from './steps.mjs';
import { Workbench } from './vscode.mjs';

/** VS Code's signs of work stand still: drawn without a graphics card, they take half a core for as long as it works. */
const STILL = '.progress-bit, .codicon-modifier-spin, .codicon-modifier-spin::before { animation: none !important; }';

/** A VS Code with a browser page, and how both are ended. */
async function start(view, prepare, started) {
  const server = await CodeServer.start({ workspace: `${FIXTURES}/workspace`, ...started });
  let code;
  const stop = async () => {
    await code?.close();
    await server.stop();
  };
  try {
    await prepare?.(server);
    code = await Workbench.open(await sharedBrowser(), server, view);
    await code.page.addStyleTag({ content: STILL });
    return { code, server, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

let left;

/** The VS Code that the file before has left, tidied up; another one where there is none, or that could not be. */
async function shared() {
  const found = left;
  left = undefined;
  if (!found) return start();
  try {
    found.server.restore();
    await found.code.tidy();
    return found;
  } catch {
    await found.stop();
    return start();
  }
}

atTheEnd(() => left?.stop());

/**
 * Declares the tests of a file, one after another in the same VS Code.
 *
 * @param {string} title
 * @param {(step: (name: string, work: () => Promise<void>) => Promise<void>, code: Workbench, server: CodeServer) => Promise<void>} body
 * @param {{
 *   needs?: string[],
 *   shares?: boolean,
 *   view?: { width?: number, height?: number, language?: string },
 *   prepare?: (server: CodeServer) => Promise<void> | void,
 *   workspace?: string, name?: string, settings?: object, trusted?: boolean, extensions?: string[],
 * }} options Files that the tests need; whether a VS Code will do that another file with `shares` has left, with its
 *   language server and agent at work, and memory of what was chosen; the window, in pixels, and its language; what is
 *   done to the copy of the workspace before it is opened; and what `CodeServer.start` takes.
 */
export function inVSCode(title, body, { needs = [], shares = false, view, prepare, ...started } = {}) {
  // The time is for a machine that does other things too.
  declare(title, { skip: missing(CODE_SERVER, VSIX, ...needs), timeout: 600000 }, async (t) => {
    const { code, server, stop } = shares ? await shared() : await start(view, prepare, started);
    let failed = true;
    try {
      const step = stepsOf(t, code.page);
      await body(step, code, server);
      failed = step.failed;
    } finally {
      if (shares && !failed) left = { code, server, stop };
      else await stop();
    }
  });
}
