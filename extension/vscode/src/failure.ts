/** From whatever went wrong to one line that a person understands, and what they can do next. */

import { ERROR_CODES, type ErrorData, type ErrorKind } from '@heatline/protocol';
import type { Failure } from '@heatline/views';
import * as vscode from 'vscode';

import { log } from './log';
import { chooseInterpreter } from './python';

/** A failure that this extension itself found out about. */
export class Problem extends Error {
  constructor(
    message: string,
    readonly nextStep = '',
    readonly kind: ErrorKind = 'bad-input',
  ) {
    super(message);
  }
}

export interface Explained extends Required<Failure> {
  kind: ErrorKind;
}

/** The whole line: what went wrong, and what to do. */
export function line({ message, next_step: step = '' }: Failure): string {
  return step ? `${message}${/[.!?]$/.test(message) ? '' : '.'} ${step}` : message;
}

export function isCancelled(error: unknown): boolean {
  return error instanceof vscode.CancellationError || responseOf(error)?.code === ERROR_CODES.cancelled;
}

/** An error that the server answered with. */
function responseOf(error: unknown): { code: number; data?: Partial<ErrorData> } | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'number' ? { ...error, code: error.code } : undefined;
}

/** What a person is told. A traceback of their own code goes to the log. */
export function describe(error: unknown): Explained {
  if (error instanceof Problem) return { message: error.message, next_step: error.nextStep, kind: error.kind };
  const message = error instanceof Error ? error.message : String(error);
  const data = responseOf(error)?.data;
  if (data?.traceback) log.error(data.traceback);
  return { message, next_step: data?.next_step ?? '', kind: data?.kind ?? 'internal' };
}

/** Shows the line as a notification, with the button that mends it. */
export async function notify(failure: Explained, retry?: () => void): Promise<void> {
  const { kind } = failure;
  log.error(line(failure));
  const actions = new Map<string, () => unknown>();
  if (kind === 'no-torch') actions.set(vscode.l10n.t('Choose Interpreter'), chooseInterpreter);
  if (kind === 'no-token') actions.set(vscode.l10n.t('Set Server Token'), setToken);
  if (kind === 'agent-died' && retry) actions.set(vscode.l10n.t('Try Again'), retry);
  if (kind !== 'bad-input' && kind !== 'no-model') actions.set(vscode.l10n.t('Show Log'), () => log.show());
  const picked = await vscode.window.showErrorMessage(line(failure), ...actions.keys());
  if (picked) await actions.get(picked)?.();
}

/** By its command: the tokens are kept elsewhere. */
function setToken(): Thenable<unknown> {
  return vscode.commands.executeCommand('heatline.setServerToken');
}
