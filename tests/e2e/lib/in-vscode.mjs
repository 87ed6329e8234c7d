/** One VS Code and one browser for the tests of a file. */

import { test } from 'node:test';

import { CodeServer } from './code-server.mjs';
import { CODE_SERVER, FIXTURES, VSIX, missing } from './paths.mjs';
import { stepsOf } from './steps.mjs';
import { Workbench } from './vscode.mjs';

/**
 * Declares the tests of a file, one after another in the same VS Code.
 *
 * @param {string} title
 * @param {(step: (name: string, work: () => Promise<void>) => Promise<void>, code: Workbench, server: CodeServer) => Promise<void>} body
 * @param {{
 *   needs?: string[],
 *   view?: { width?: number, height?: number, language?: string },
 *   prepare?: (server: CodeServer) => Promise<void> | void,
 *   workspace?: string, name?: string, settings?: object, trusted?: boolean, extensions?: string[],
 * }} options Files that the tests need; the window, in pixels, and its language; what is done to the copy of the
 *   workspace before it is opened; and what `CodeServer.start` takes.
 */
export function inVSCode(title, body, { needs = [], view, prepare, ...started } = {}) {
  // The time is for a machine that does other things too.
  test(title, { skip: missing(CODE_SERVER, VSIX, ...needs), timeout: 600000 }, async (t) => {
    const server = await CodeServer.start({ workspace: `${FIXTURES}/workspace`, ...started });
    let code;
    try {
      await prepare?.(server);
      code = await Workbench.open(server, view);
      await body(stepsOf(t, code.page), code, server);
    } finally {
      await code?.close();
      await server.stop();
    }
  });
}
