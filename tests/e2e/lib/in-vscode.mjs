/** One VS Code for the tests of a file: one of its own, or one that files share. */

import { CodeServer } from './code-server.mjs';
import { declare } from './declare.mjs';
import { CODE_SERVER, FIXTURES, VSIX, missing } from './paths.mjs';
import { atTheEnd, sharedBrowser } from './shared.mjs';
import { stepsOf } from './steps.mjs';
import { Workbench } from './vscode.mjs';

/** What the files that share one need of it: extensions that stand in for others, and notebooks that open as such. */
const FOR_ALL = {
  extensions: ['debug-extension', 'jupyter-extension'].map((name) => `${FIXTURES}/${name}`),
  // Else a notebook that is opened before VS Code's own extensions are there opens as text.
  settings: { 'workbench.editorAssociations': { '*.ipynb': 'jupyter-notebook' } },
};

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
    return { code, server, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

let left;

/** The VS Code that the file before has left, tidied up, with a workspace made ready; null where there is none, or where
 *  that could not be done. */
async function tidied(ready) {
  const found = left;
  left = undefined;
  if (!found) return null;
  try {
    await found.code.closeEditors(); // first: what is gone is told of in an open one
    found.server.restore();
    await ready(found.server);
    await found.code.tidy(found.server.url);
    return found;
  } catch (error) {
    console.log(`another VS Code, since the one before was not tidied up: ${error.message}`);
    await found.stop();
    return null;
  }
}

/** The shared VS Code, or another one, with settings and files for one file of tests. */
async function shared(settings, prepare) {
  const ready = async (server) => {
    server.setSettings(settings);
    await prepare?.(server);
  };
  return (await tidied(ready)) ?? start(undefined, ready, FOR_ALL);
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
 *   settings?: object,
 *   prepare?: (server: CodeServer) => Promise<void> | void,
 *   view?: { width?: number, height?: number, language?: string },
 *   workspace?: string, name?: string, trusted?: boolean, extensions?: string[],
 * }} options Files that the tests need; whether a VS Code will do that another file with `shares` has left, with its
 *   language server and agent at work, and memory of what was chosen; settings, those of the workspace in a shared one;
 *   what is done to the copy of the workspace before. For one that is not shared: the window, in pixels, and its
 *   language, and what `CodeServer.start` takes.
 */
export function inVSCode(title, body, { needs = [], shares = false, settings = {}, prepare, view, ...started } = {}) {
  // The time is for a machine that does other things too.
  declare(title, { skip: missing(CODE_SERVER, VSIX, ...needs), timeout: 600000 }, async (t) => {
    const { code, server, stop } = shares
      ? await shared(settings, prepare)
      : await start(view, prepare, { settings, ...started });
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
