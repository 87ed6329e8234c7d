/** A program that debugpy has paused, and the agent inside it: asked by `evaluate` requests with a frame. */

import * as vscode from 'vscode';

import { Problem } from '../failure';
import { type Code, codeOf } from '../live/code';
import { LiveSession, type Response } from '../live/session';

const TYPES: readonly string[] = ['debugpy', 'python'];
const PREPARES = 600;

/** Whether a frame of a program that debugpy has paused is selected. */
export function isPaused(): boolean {
  const session = vscode.debug.activeDebugSession;
  const item = vscode.debug.activeStackItem;
  return session !== undefined && TYPES.includes(session.type) && item instanceof vscode.DebugStackFrame;
}

export class PausedProgram extends LiveSession {
  protected readonly stepMs = 120;

  private constructor(
    private readonly session: vscode.DebugSession,
    private readonly frame: number,
    private readonly code: Code['debuggee'],
  ) {
    super();
  }

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
    return PausedProgram.in(session, item.frameId, extensionPath);
  }

  /** As `enter`, in a frame that VS Code names; undefined where the program is none of debugpy's. */
  static async at(frame: number, extensionPath: string): Promise<PausedProgram | undefined> {
    const session = vscode.debug.activeDebugSession;
    if (!session || !TYPES.includes(session.type)) return undefined;
    return PausedProgram.in(session, frame, extensionPath);
  }

  protected async respond(request: string): Promise<Response> {
    const data = Buffer.from(request).toString('base64');
    const answer = await this.evaluate(this.call(`answer('${data}')`));
    return JSON.parse(Buffer.from(answer.replace(/^['"]|['"]$/g, ''), 'base64').toString()) as Response;
  }

  /** Without a frame: debugpy evaluates that on a thread of its own, while the paused one is in the model. */
  protected override async cut(job: string): Promise<void> {
    await this.session.customRequest('evaluate', { expression: this.call(`cancel('${job}')`), context: 'clipboard' });
  }

  private call(what: string): string {
    return `__import__('sys').modules['${this.code.module}'].${what}`;
  }

  private static async in(session: vscode.DebugSession, frame: number, extensionPath: string): Promise<PausedProgram> {
    const program = new PausedProgram(session, frame, (await codeOf(extensionPath)).debuggee);
    await program.bring();
    return program;
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
