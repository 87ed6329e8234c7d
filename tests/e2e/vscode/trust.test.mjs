/** In a workspace that the person has not trusted nothing is run. */

import assert from 'node:assert/strict';

import { inVSCode } from '../lib/in-vscode.mjs';

const NO_QUESTIONS = {
  'security.workspace.trust.startupPrompt': 'never',
  'security.workspace.trust.banner': 'never',
};

inVSCode('a workspace in VS Code that is not trusted', async (step, code, server) => {
  await step('one line says why nothing is explained, and nothing was started', async () => {
    await code.explorerMenu('lamp.png', 'Explain Prediction...');
    await code.toast('you have not trusted it').waitFor();
    assert.deepEqual(server.agents(), []);
    assert.deepEqual(server.running('boot.py'), [], 'not even the language server');
    await code.screenshot('vscode-untrusted');
  });
}, { settings: NO_QUESTIONS, trusted: false });
