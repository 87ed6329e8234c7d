/** What the extension offers, and what each command does. */

import * as vscode from 'vscode';

import { Explainer } from './explain';
import { Problem, describe, isCancelled, notify } from './failure';
import { InlineColours } from './inline';
import { log } from './log';
import { Models } from './models';
import { ResultPanel } from './panel';
import { onInterpreterChange } from './python';
import { type Sample, imageFile, inSource } from './sample';
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

  const command = <A extends unknown[]>(id: string, run: (...args: A) => unknown): vscode.Disposable =>
    vscode.commands.registerCommand(`heatline.${id}`, run);
  context.subscriptions.push(
    log,
    explainer,
    inline,
    panel,
    status,
    server,
    models.onDidChoose((model) => status.active(model)),
    command('explainFile', (uri?: vscode.Uri) => explainer.explain(() => imageFile(fileOf(uri)))),
    command('explainHere', (uri?: string | vscode.Uri, position?: Position) =>
      explainer.explain(() => sampleIn(server, typeof uri === 'string' ? position : undefined)),
    ),
    command('explainWith', (spec: string) => explainer.explainWith(spec)),
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
  void onInterpreterChange(() => void reported(server.interpreterChanged()), context.subscriptions);
  server.start().catch((error: unknown) => log.warn(describe(error).message));
}

async function reported(work: Promise<void>): Promise<void> {
  try {
    await work;
  } catch (error) {
    if (!isCancelled(error)) await notify(describe(error));
  }
}

/** Of the language server's code actions. */
interface Position {
  line: number;
  character: number;
}

/** What stands at a position of the active editor, or at its cursor. */
function sampleIn(server: Server, position: Position | undefined): Promise<Sample> {
  const editor = vscode.window.activeTextEditor;
  if (editor) {
    const place = position ? new vscode.Position(position.line, position.character) : editor.selection.start;
    return inSource(editor.document, place, server);
  }
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
