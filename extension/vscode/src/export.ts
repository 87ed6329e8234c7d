/** An answer as a file, or as Python that gives it again. */

import * as path from 'node:path';
import type { ExportFormat, ExportResult } from '@heatline/protocol';
import * as vscode from 'vscode';

import { Problem, describe } from './failure';
import { reproduction } from './reproduce';
import { type Answer, type ExplainAnswer, compareParams, explainParams, isAverage } from './question';
import { isGone } from './saved';
import type { Server } from './server';

interface Item extends vscode.QuickPickItem {
  format: ExportFormat | 'python';
}

/** Asks for a format and a place, and writes the file there. */
export async function exportAnswer(server: Server, answer: Answer): Promise<void> {
  const items: Item[] = [
    { format: 'png', label: 'PNG', description: vscode.l10n.t('a picture') },
    { format: 'html', label: 'HTML', description: vscode.l10n.t('a page without scripts, complete in itself') },
    ...(canMove(answer)
      ? [{ format: 'gif' as const, label: 'GIF', description: vscode.l10n.t('the way from the baseline, as it plays') }]
      : []),
    { format: 'npz', label: 'NPZ', description: vscode.l10n.t('all numbers in full precision, for heatline.load') },
    { format: 'json', label: 'JSON', description: vscode.l10n.t('all numbers, for other programs') },
    { format: 'python', label: vscode.l10n.t('Copy as Python'), description: vscode.l10n.t('what gives this result again') },
  ];
  const picked = await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Export as what?') });
  if (!picked) return;
  if (picked.format === 'python') return copyAsPython(answer);
  const { name, data } = await exported(server, answer, picked.format);
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri;
  const target = await vscode.window.showSaveDialog({
    title: vscode.l10n.t('Export as {0}', picked.label),
    defaultUri: folder ? vscode.Uri.joinPath(folder, name) : vscode.Uri.file(path.resolve(name)),
    filters: { [picked.label]: [picked.format] },
  });
  if (!target) return;
  await vscode.workspace.fs.writeFile(target, Buffer.from(data, 'base64'));
  vscode.window.setStatusBarMessage(vscode.l10n.t('Exported to {0}', vscode.workspace.asRelativePath(target)), 5000);
}

/** The bytes, from where the answer was computed. An agent that has forgotten it computes it again. */
async function exported(server: Server, answer: Answer, format: ExportFormat): Promise<ExportResult> {
  const where = (!isAverage(answer) && answer.question.live) || server;
  const ask = (): Promise<ExportResult> => where.request('heatline/export', { job: answer.job, format });
  try {
    return await ask();
  } catch (error) {
    const isForgotten = describe(error).kind === 'stale-handle';
    if (!isForgotten || where !== server || isAverage(answer) || isGone(answer)) throw error;
    const { question, job } = answer;
    const options = { location: vscode.ProgressLocation.Notification, cancellable: true };
    const title = vscode.l10n.t('Explaining {0}', question.sample.name);
    return vscode.window.withProgress({ ...options, title }, async (_, cancel) => {
      await (question.compared
        ? server.request('heatline/compare', compareParams(question, question.compared, job), cancel)
        : server.request('heatline/explain', explainParams(question, job), cancel));
      return ask();
    });
  }
}

export async function copyAsPython(answer: Answer): Promise<void> {
  await vscode.env.clipboard.writeText(reproduction(answer));
  vscode.window.setStatusBarMessage(vscode.l10n.t('Copied: Python that gives this result again'), 5000);
}

/** What the panel in front shows; a refusal where it shows nothing yet. */
export function needed(answer: Answer | undefined): Answer {
  if (answer) return answer;
  throw new Problem(vscode.l10n.t('There is no result yet.'), vscode.l10n.t('Explain a prediction first.'));
}

/** What can be compared: an explanation, not an average. */
export function comparable(answer: Answer): ExplainAnswer {
  if (!isAverage(answer)) return answer;
  throw new Problem(vscode.l10n.t('An average has nothing to be compared with.'), vscode.l10n.t('Explain a prediction first.'));
}

/** Only a single explanation along a path can be played. */
function canMove(answer: Answer): boolean {
  return !isAverage(answer) && !answer.question.compared && answer.explanations[0]?.path?.maps != null;
}
