/** What the extension offers, and what each command does. */

import * as vscode from 'vscode';

import { Averager } from './average';
import { pickComparison } from './compare';
import { Computations } from './computations';
import { PausedHovers } from './debug/hover';
import { inlinePredictions } from './debug/inline-values';
import { PausedProgram } from './debug/program';
import { showDiagnostics } from './diagnostics';
import { openExample } from './example';
import { Explainer } from './explain';
import { comparable, copyAsPython, exportAnswer, needed } from './export';
import { Problem, describe, isCancelled, notify } from './failure';
import { guarded } from './gesture';
import { InlineColours } from './inline';
import { questionOf } from './live/question';
import { log } from './log';
import { showMenu } from './menu';
import { modelOf } from './model-file';
import { Models } from './models';
import { inCell, notebookOf, ofCell } from './notebook/cell';
import { flameOnceACellRan } from './notebook/flame';
import { Kernels } from './notebook/kernels';
import { ResultPanels } from './panel';
import { watchPretrained } from './pretrained';
import { onInterpreterChange } from './python';
import { isAverage } from './question';
import { answerRenderer } from './renderer-words';
import { type Sample, file, inSource, isSampleFile } from './sample';
import { Server } from './server';
import { Status } from './status';
import { Tokens } from './token';

export function activate(context: vscode.ExtensionContext): void {
  const tokens = new Tokens(context.secrets);
  const server = new Server(context.extensionPath, tokens);
  const status = new Status();
  const models = new Models(server, context.workspaceState);
  const panels = new ResultPanels(context.extensionUri);
  const inline = new InlineColours(server);
  const computations = new Computations(panels, status);
  const explainer = new Explainer(server, models, panels, inline, status, computations);
  const kernels = new Kernels(context.extensionPath, context.globalState);
  const averager = new Averager(server, models, panels, status, computations);
  const remembered = models.remembered('image') ?? models.remembered('text');
  if (remembered) status.active(remembered);

  const command = <A extends unknown[]>(id: string, run: (...args: A) => unknown): vscode.Disposable =>
    vscode.commands.registerCommand(`heatline.${id}`, run);
  const useFile = async (uri: vscode.Uri): Promise<string | undefined> => {
    const model = await modelOf(uri, models);
    if (model) await models.useFile(model);
    return model?.ref.kind === 'factory' ? model.ref.spec : undefined;
  };
  const explainInFront = (position?: Position): Promise<void> => {
    const open = position ? undefined : fileInFront();
    if (open) return explainer.explain(() => file(open));
    const place = placeIn(position);
    const notebook = place && notebookOf(place.document);
    if (notebook) return explainer.ask(() => inCell(notebook, place.document, place.position, kernels, server, models));
    const cell = place ? undefined : selectedCell();
    return cell ? explainer.ask(() => ofCell(cell, kernels)) : explainer.explain(() => sampleIn(place, server));
  };
  context.subscriptions.push(
    log.channel,
    computations,
    explainer,
    inline,
    panels,
    status,
    server,
    watchPretrained(),
    answerRenderer(),
    flameOnceACellRan(),
    vscode.languages.registerHoverProvider({ language: 'python' }, new PausedHovers(context.extensionPath, server)),
    inlinePredictions(context.extensionPath),
    models.onDidChoose((model) => status.active(model)),
    command('explainFile', (uri?: vscode.Uri) => (uri ? explainer.explain(() => file(uri)) : explainInFront())),
    command('explainHere', (uri?: string | vscode.Uri, position?: Position) =>
      explainInFront(typeof uri === 'string' ? position : undefined),
    ),
    command('explainCell', (cell: vscode.NotebookCell) => explainer.ask(() => ofCell(cell, kernels))),
    command('explainJupyterVariable', ({ name, fileName }: JupyterVariable) =>
      explainer.ask(async () => {
        const notebook = fileName ?? vscode.window.activeNotebookEditor?.notebook.uri;
        if (!notebook) throw new Problem(vscode.l10n.t('No notebook is open.'));
        return questionOf(name, await kernels.of(notebook));
      }),
    ),
    command('explainWith', (spec: string) => explainer.explainWith(spec)),
    command('explainWithFile', (uri: vscode.Uri) =>
      guarded(async () => {
        const spec = await useFile(uri);
        if (spec !== undefined) await explainer.explainWith(spec);
      }),
    ),
    command('average', (of?: string | vscode.Uri) =>
      averager.average(typeof of === 'string' ? { spec: of } : { data: of }),
    ),
    command('setServerToken', () => guarded(() => tokens.set())),
    command('useModel', (uri: vscode.Uri) => guarded(async () => void (await useFile(uri)))),
    command('chooseModel', () =>
      guarded(async () => {
        const shown = panels.answer;
        const sample = shown && !isAverage(shown) ? shown.question.sample : undefined;
        await models.pick(sample?.inputs ?? 'unknown', sample?.root);
      }),
    ),
    command('explainVariable', ({ variable }: DebugVariable) =>
      explainer.ask(async () => {
        const program = await PausedProgram.enter(context.extensionPath);
        return questionOf(variable.evaluateName ?? variable.name, program);
      }),
    ),
    command('compare', () => explainer.ask(async () => pickComparison(comparable(needed(panels.answer))))),
    command('export', () => guarded(() => exportAnswer(server, needed(panels.answer)))),
    command('copyPython', () => guarded(() => copyAsPython(needed(panels.answer)))),
    command('back', () => panels.step(-1)),
    command('forward', () => panels.step(1)),
    command('showPanel', () => panels.open()),
    command('pin', () => panels.pin()),
    command('clear', () => inline.clear()),
    command('menu', () => showMenu(panels.answer !== undefined)),
    command('openExample', () => openExample(context)),
    command('showDiagnostics', () => showDiagnostics(context.extension, tokens)),
    command('showLog', () => log.show()),
    command('restart', () => guarded(() => server.restart())),
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

/** Of the variables view's menu: as in the Debug Adapter Protocol. */
interface DebugVariable {
  variable: { name: string; evaluateName?: string };
}

/** Of the language server's code actions. */
interface Position {
  line: number;
  character: number;
}

/** As the Jupyter extension hands it to a variable viewer. */
interface JupyterVariable {
  name: string;
  /** The notebook. */
  fileName?: vscode.Uri;
}

interface SourcePlace {
  document: vscode.TextDocument;
  position: vscode.Position;
}

/** A position of the active editor, or its cursor. */
function placeIn(position: Position | undefined): SourcePlace | undefined {
  const editor = vscode.window.activeTextEditor;
  if (!editor) return undefined;
  const place = position ? new vscode.Position(position.line, position.character) : editor.selection.start;
  return { document: editor.document, position: place };
}

/** The selected cell of the notebook in front, while the cursor is in none. */
function selectedCell(): vscode.NotebookCell | undefined {
  const editor = vscode.window.activeNotebookEditor;
  return editor && editor.notebook.cellCount > 0 ? editor.notebook.cellAt(editor.selection.start) : undefined;
}

function sampleIn(place: SourcePlace | undefined, server: Server): Promise<Sample> {
  if (place?.document.languageId === 'python') return inSource(place.document, place.position, server);
  throw new Problem(
    vscode.l10n.t('Nothing in front can be explained.'),
    vscode.l10n.t('Put the cursor into a text in a Python file, or open a photo or a text file; or right-click one in the Explorer.'),
  );
}

/** A photo or a text file in the active tab. */
function fileInFront(): vscode.Uri | undefined {
  const input = vscode.window.tabGroups.activeTabGroup.activeTab?.input;
  const uri = input instanceof vscode.TabInputText || input instanceof vscode.TabInputCustom ? input.uri : undefined;
  return uri && isSampleFile(uri) ? uri : undefined;
}
