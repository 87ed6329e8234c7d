/** The top class beside `pred = model(x)` while a program is stepped through, for those who switched it on. */

import * as vscode from 'vscode';

import { describe, isCancelled } from '../failure';
import { provenance } from '../live/question';
import { log } from '../log';
import { SECTION, inlineValuesSetting } from '../settings';
import { PausedProgram } from './program';

/** A name, or a field, that gets what a call returns. */
const ASSIGNED = /^\s*([A-Za-z_][\w.]*)\s*(?::[^=]+)?=[^=].*\(/;
/** Predictions that are looked at after a step: each calls its model again. */
const MOST = 3;

/** Registered only while the setting is on: VS Code shows its own inline values where no extension has any. */
export function inlinePredictions(extensionPath: string): vscode.Disposable {
  let registered: vscode.Disposable | undefined;
  const register = (): void => {
    registered?.dispose();
    registered = inlineValuesSetting()
      ? vscode.languages.registerInlineValuesProvider({ language: 'python' }, new InlinePredictions(extensionPath))
      : undefined;
  };
  register();
  const watch = vscode.workspace.onDidChangeConfiguration((event) => {
    if (event.affectsConfiguration(`${SECTION}.debug.inlineValues`)) register();
  });
  return vscode.Disposable.from(watch, { dispose: () => registered?.dispose() });
}

class InlinePredictions implements vscode.InlineValuesProvider {
  constructor(private readonly extensionPath: string) {}

  async provideInlineValues(
    document: vscode.TextDocument,
    { start }: vscode.Range,
    { frameId, stoppedLocation }: vscode.InlineValueContext,
    cancel: vscode.CancellationToken,
  ): Promise<vscode.InlineValue[]> {
    const places = assignments(document, start.line, stoppedLocation.start.line);
    if (places.size === 0 || !vscode.workspace.isTrusted) return [];
    const found: vscode.InlineValue[] = [];
    try {
      const program = await PausedProgram.at(frameId, this.extensionPath);
      for (const [name, line] of program ? places : []) {
        const made = program && (await provenance(name, program, cancel));
        const [best, ...others] = made?.values ?? [];
        if (!made || !best || others.length === 0) continue;
        const label = best.label || vscode.l10n.t('class {0}', best.index);
        const text = vscode.l10n.t('{0}: {1} {2}', name, label, Number(best.found.toPrecision(3)));
        found.push(new vscode.InlineValueText(document.lineAt(line).range, text));
      }
    } catch (error) {
      if (!isCancelled(error)) log.warn(`no inline values: ${describe(error).message}`);
    }
    return found;
  }
}

/** The last assignments of calls before a line: name -> line. */
function assignments(document: vscode.TextDocument, first: number, stopped: number): Map<string, number> {
  const found = new Map<string, number>();
  for (let line = stopped - 1; line >= first && found.size < MOST; line--) {
    const name = ASSIGNED.exec(document.lineAt(line).text)?.[1];
    if (name && !found.has(name)) found.set(name, line);
  }
  return found;
}
