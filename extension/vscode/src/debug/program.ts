/** A program that debugpy has paused, and the agent inside it: asked by `evaluate` requests with a frame. */

import { execFile } from 'node:child_process';
import * as path from 'node:path';
import { promisify } from 'node:util';
import type { ErrorObject, JobEvent, Requests, StartResult } from '@heatline/protocol';
import * as vscode from 'vscode';

import { Problem } from '../failure';
import { findInterpreter } from '../python';

/** Milliseconds that one request may compute: stepping and looking at variables wait for it. */
const STEP_MS = 120;
const PREPARES = 600;
const MOST_BYTES = 64 * 1024 * 1024;

/** As `heatline.agent.bundle.DebuggeeCode`. */
interface Code {
  present: string;
  expressions: string[];
  ready: string;
  module: string;
}

let code: Promise<Code> | undefined;

/** The expressions that bring the agent along; told once by the Python that the extension carries. */
function codeOf(extensionPath: string): Promise<Code> {
  code ??= tell(extensionPath).catch((error: unknown) => {
    code = undefined;
    throw error;
  });
  return code;
}

async function tell(extensionPath: string): Promise<Code> {
  const interpreter = await findInterpreter(vscode.workspace.workspaceFolders?.[0]);
  const script = path.join(extensionPath, 'python', 'debuggee.py');
  const { stdout } = await promisify(execFile)(interpreter.path, ['-I', '-S', script], { maxBuffer: MOST_BYTES });
  return JSON.parse(stdout) as Code;
}

export class PausedProgram {
  private constructor(
    private readonly session: vscode.DebugSession,
    private readonly frame: number,
    private readonly code: Code,
  ) {}

  /** The program that is paused, in the frame that is selected, with the agent inside. */
  static async enter(extensionPath: string): Promise<PausedProgram> {
    const session = vscode.debug.activeDebugSession;
    const item = vscode.debug.activeStackItem;
    if (!session || !(item instanceof vscode.DebugStackFrame) || item.session !== session) {
      throw new Problem(
        vscode.l10n.t('No program is paused.'),
        vscode.l10n.t('Pause it at a breakpoint and select a frame in the call stack.'),
      );
    }
    const program = new PausedProgram(session, item.frameId, await codeOf(extensionPath));
    await program.bring();
    return program;
  }

  /** One request that is answered at once. */
  async request<M extends keyof Requests>(method: M, params: Requests[M]['params']): Promise<Requests[M]['result']> {
    const request = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
    const data = Buffer.from(request).toString('base64');
    const answer = await this.evaluate(`__import__('sys').modules['${this.code.module}'].answer('${data}')`);
    const response = JSON.parse(Buffer.from(answer.replace(/^['"]|['"]$/g, ''), 'base64').toString()) as Response;
    if (response.error) throw problem(response.error);
    return response.result as Requests[M]['result'];
  }

  /** A job, pulled in short steps to its end. To cancel is to pull no more. */
  async pull<M extends keyof Requests>(
    method: M,
    params: Requests[M]['params'],
    listen: (event: JobEvent) => void,
    cancel: vscode.CancellationToken,
  ): Promise<Requests[M]['result']> {
    const { job } = (await this.request('job/start', { method, params: { ...params } })) as StartResult;
    for (;;) {
      if (cancel.isCancellationRequested) {
        await this.request('job/drop', { job });
        throw new vscode.CancellationError();
      }
      const event = (await this.request('job/step', { job, budget_ms: STEP_MS })) as JobEvent;
      if (event.kind === 'done') return event.result as unknown as Requests[M]['result'];
      if (event.kind === 'failed') throw problem(event.error);
      listen(event);
    }
  }

  private async bring(): Promise<void> {
    if ((await this.evaluate(this.code.present)) === 'True') return;
    for (const expression of this.code.expressions) await this.evaluate(expression);
    for (let i = 0; i < PREPARES; i++) if ((await this.evaluate(this.code.ready)) === 'True') return;
    throw new Problem(vscode.l10n.t('The agent did not start in the paused program.'));
  }

  /** `clipboard` hands over long values whole. */
  private async evaluate(expression: string): Promise<string> {
    try {
      const args = { expression, frameId: this.frame, context: 'clipboard' };
      const { result } = (await this.session.customRequest('evaluate', args)) as { result: string };
      return result;
    } catch (error) {
      if (vscode.debug.activeStackItem instanceof vscode.DebugStackFrame) throw error;
      throw new Problem(vscode.l10n.t('The program has gone on.'), vscode.l10n.t('Pause it and ask again.'), 'stale-handle');
    }
  }
}

interface Response {
  result?: unknown;
  error?: ErrorObject;
}

function problem({ message, data }: ErrorObject): Problem {
  return new Problem(message, data.next_step, data.kind);
}
