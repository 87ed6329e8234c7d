/** A kernel that its debugger has paused: its main thread answers nothing but `evaluate` requests on the control channel. */

import type { Kernel, KernelMessage } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { DebuggeeAgent } from './agent.js';
import { Refusal, cancelled } from './refusal.js';
import { AgentSession, type Method, type RequestOptions, type Response } from './session.js';

/** So often it is asked whether the agent, which is brought in short steps, has started. */
const PREPARES = 600;

interface Frame {
  id: number;
  source?: { path?: string };
}

type Arguments = Record<string, unknown>;

/** The innermost frame of the person's code in a kernel that stands at a breakpoint; null where it runs. */
export async function pausedFrame(kernel: Kernel.IKernelConnection): Promise<number | null> {
  if (kernel.status !== 'busy') return null;
  const features = (await kernel.info) as { debugger?: boolean; supported_features?: string[] };
  if (!features.debugger && !features.supported_features?.includes('debugger')) return null;
  const info = await ask<{ isStarted: boolean; stoppedThreads?: number[]; tmpFilePrefix: string }>(kernel, 'debugInfo', {});
  const threads = (info?.isStarted && info.stoppedThreads) || [];
  for (const threadId of threads) {
    const stack = await ask<{ stackFrames: Frame[] }>(kernel, 'stackTrace', { threadId });
    const frames = stack?.stackFrames ?? [];
    // Beside the thread that runs cells stand the kernel's own.
    if (info && frames.some(({ source }) => source?.path?.startsWith(info.tmpFilePrefix))) return frames[0].id;
  }
  return null;
}

/** The agent inside a paused kernel. What it held is let go when the kernel goes on. */
export class PausedSession extends AgentSession {
  private constructor(
    private readonly kernel: Kernel.IKernelConnection,
    private readonly frame: number,
    private readonly agent: DebuggeeAgent,
    trans: TranslationBundle,
  ) {
    super(agent.step_ms, trans);
  }

  /** Brings the agent along, where it is not yet. Rejects with a `Refusal`. */
  static async enter(
    kernel: Kernel.IKernelConnection,
    frame: number,
    agent: DebuggeeAgent,
    trans: TranslationBundle,
  ): Promise<PausedSession> {
    const session = new PausedSession(kernel, frame, agent, trans);
    await session.bring();
    return session;
  }

  protected first(method: Method, params: unknown, options: RequestOptions): Promise<Response> {
    return this.call(method, params, options);
  }

  protected async call(method: Method, params: unknown, { signal }: RequestOptions): Promise<Response> {
    if (signal?.aborted) throw cancelled(this.trans.__('Cancelled'));
    const request = encoded(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }));
    const answer = await this.evaluate(`__import__('sys').modules['${this.agent.module}'].answer('${request}')`);
    return JSON.parse(decoded(answer.replace(/^['"]|['"]$/g, ''))) as Response;
  }

  private async bring(): Promise<void> {
    if ((await this.evaluate(this.agent.present)) === 'True') return;
    for (const expression of this.agent.expressions) await this.evaluate(expression);
    for (let i = 0; i < PREPARES; i++) if ((await this.evaluate(this.agent.ready)) === 'True') return;
    throw new Refusal('internal', this.trans.__('The agent did not start in the paused kernel'));
  }

  /** `clipboard` hands over long values whole. */
  private async evaluate(expression: string): Promise<string> {
    const asked = { expression, frameId: this.frame, context: 'clipboard' };
    const answer = await ask<{ result: string }>(this.kernel, 'evaluate', asked);
    if (answer) return answer.result;
    throw new Refusal(
      'stale-handle',
      this.trans.__('The kernel has gone on, or could not answer while it was paused'),
      this.trans.__('Explain again.'),
    );
  }
}

/** One request to the debugger, answered also while cells run; null where it fails. */
async function ask<T>(kernel: Kernel.IKernelConnection, command: string, asked: Arguments): Promise<T | null> {
  const content = { type: 'request' as const, seq: 0, command, arguments: asked };
  const reply = (await kernel.requestDebug(content).done) as KernelMessage.IDebugReplyMsg | undefined;
  return reply?.content.success ? (reply.content.body as T) : null;
}

function encoded(text: string): string {
  return btoa(Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join(''));
}

function decoded(base64: string): string {
  return new TextDecoder().decode(Uint8Array.from(atob(base64), (byte) => byte.charCodeAt(0)));
}
