/** What the extension offers, and what each command does. */

import * as vscode from 'vscode';

import { Explainer } from './explain';
import { Problem, describe, isCancelled, notify } from './failure';
import { InlineColours } from './inline';
import { log } from './log';
import { Models } from './models';
import { ResultPanel } from './panel';
import { onInterpreterChange } from './python';
import { atCursor, imageFile } from './sample';
import { Server } from './server';
import { Status } from './status';

export function activate(context: vscode.ExtensionContext): void {
  const server = new Server(context.extensionPath);
  const status = new Status();
  const models = new Models(server, context.workspaceState);
  const panel = new ResultPanel(context.extensionUri);
  const inline = new InlineColours(server);
  const explainer = new Explainer(server, models, panel, inline, status);
  const remembered = models.remembered('image') ?? models.remembered('text');
  if (remembered) status.active(remembered);

  const command = (id: string, run: (uri?: vscode.Uri) => unknown): vscode.Disposable =>
    vscode.commands.registerCommand(`heatline.${id}`, run);
  context.subscriptions.push(
    log,
    explainer,
    inline,
    panel,
    status,
    server,
    models.onDidChoose((model) => status.active(model)),
    command('explainFile', (uri) => explainer.explain(() => imageFile(fileOf(uri)))),
    command('explainHere', () => explainer.explain(() => atCursor(activeEditor(), server))),
    command('clear', () => inline.clear()),
    command('showLog', () => log.show()),
    command('restart', () => reported(server.restart())),
    vscode.workspace.onDidGrantWorkspaceTrust(() => start(server, context)),
  );
  start(server, context);
}

/** Starts the server early, for hovers. Its failure is told when something is asked for, not before. */
function start(server: Server, context: vscode.ExtensionContext): void {
  if (!vscode.workspace.isTrusted) return;
  void onInterpreterChange(() => void reported(server.restart()), context.subscriptions);
  server.start().catch((error: unknown) => log.warn(describe(error).message));
}

async function reported(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!isCancelled(error)) await notify(describe(error));
  }
}

function activeEditor(): vscode.TextEditor {
  const editor = vscode.window.activeTextEditor;
  if (editor) return editor;
  throw new Problem(
    vscode.l10n.t('No editor is open.'),
    vscode.l10n.t('Open a Python file and put the cursor into a text or the path of an image.'),
  );
}

/** The file of the Explorer's menu; from the command palette, the file of the active tab. */
function fileOf(uri: vscode.Uri | undefined): vscode.Uri {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  const active = input instanceof vscode.TabInputText || input instanceof vscode.TabInputCustom ? input.uri : undefined;
  const file = uri ?? active;
  if (file) return file;
  throw new Problem(
    vscode.l10n.t('No image file is open.'),
    vscode.l10n.t('Right-click one in the Explorer and choose "Explain Prediction...".'),
  );
}
