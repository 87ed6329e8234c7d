/** In a workspace that the person has not trusted nothing is run. */

import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';

import { CodeServer } from '../lib/code-server.mjs';
import { CODE_SERVER, FIXTURES, VSIX, missing } from '../lib/paths.mjs';
import { Workbench } from '../lib/vscode.mjs';

const skip = missing(CODE_SERVER, VSIX);
/** The time is for a machine that does other things too. */
const options = { skip, timeout: 240000 };
const NO_QUESTIONS = {
  'security.workspace.trust.startupPrompt': 'never',
  'security.workspace.trust.banner': 'never',
};
let server, code;

before(async () => {
  if (skip) return;
  server = await CodeServer.start({ workspace: `${FIXTURES}/workspace`, settings: NO_QUESTIONS, trusted: false });
  code = await Workbench.open(server);
});

afterEach((t) => code?.photographFailure(t));

after(async () => {
  await code?.close();
  await server?.stop();
});

test('one line says why nothing is explained, and nothing was started', options, async () => {
  await code.explorerMenu('lamp.png', 'Explain Prediction...');
  await code.toast('you have not trusted it').waitFor();
  assert.deepEqual(server.agents(), []);
  assert.deepEqual(server.running('boot.py'), [], 'not even the language server');
  await code.screenshot('vscode-untrusted');
});
