/** What a person asked for, from their gesture to the first thing that is computed. */

import * as vscode from 'vscode';

import { Problem, describe, isCancelled, line, notify } from './failure';
import { writeFactory } from './models';

/** Does what a gesture asks for; every failure ends in one line where the person looks. */
export async function guarded(work: () => Promise<void>): Promise<void> {
  try {
    requireTrust();
    await work();
  } catch (error) {
    await refuse(error);
  }
}

function requireTrust(): void {
  if (vscode.workspace.isTrusted) return;
  throw new Problem(
    vscode.l10n.t('Explaining runs the code of this workspace, and you have not trusted it.'),
    vscode.l10n.t('Trust the workspace first (Workspaces: Manage Workspace Trust).'),
  );
}

async function refuse(error: unknown): Promise<void> {
  if (isCancelled(error)) return;
  const failure = describe(error);
  if (failure.kind !== 'no-model') return notify(failure);
  const write = vscode.l10n.t('Write a Model Function');
  const picked = await vscode.window.showWarningMessage(line(failure), write);
  if (picked) await writeFactory();
}
