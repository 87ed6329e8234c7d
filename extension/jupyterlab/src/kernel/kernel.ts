import { type ProgressValue, RPC_MIME } from '@heatline/protocol';
import type { Kernel } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { KernelAgent } from './agent.js';
import { type ExecuteOptions, evaluate, run } from './execute.js';
import { Refusal } from './refusal.js';
import { AgentSession, IDLE, type Method, type RequestOptions, type Response } from './session.js';

/** The agent inside a kernel. It is brought there by the first request, and again after a restart. */
export class KernelSession extends AgentSession {
  constructor(
    private readonly kernel: Kernel.IKernelConnection,
    private readonly agent: KernelAgent,
    trans: TranslationBundle,
    /** Whether there is a way that need not wait, which is switched off. */
    private readonly canBeside = false,
  ) {
    super(agent.step_ms, trans);
  }

  protected async first(method: Method, params: unknown, options: RequestOptions): Promise<Response> {
    return (await this.call(method, params, options)) ?? (await this.bring(method, params, options));
  }

  /** Brings the agent into the kernel, then asks again. */
  private async bring(method: Method, params: unknown, options: RequestOptions): Promise<Response> {
    const outcome = await run(this.kernel, this.agent.code, this.executing(options));
    if (outcome.status === 'error') {
      throw new Refusal(
        'internal',
        this.trans.__('heatline’s agent cannot run in this kernel: %1', `${outcome.ename}: ${outcome.evalue}`),
        this.trans.__('It needs Python 3.10 or newer.'),
      );
    }
    const response = await this.call(method, params, options);
    if (response === null) throw this.lost();
    return response;
  }

  /** Null where the kernel has no agent: yet, or any more. */
  protected async call(
    method: Method,
    params: unknown,
    options: RequestOptions,
    progress: ProgressValue = IDLE,
  ): Promise<Response | null> {
    const request = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
    // A JSON string is a Python string literal too.
    const expression = `__import__("sys").modules[${JSON.stringify(this.agent.module)}].answer(${JSON.stringify(request)})`;
    const outcome = await evaluate(this.kernel, expression, this.executing(options, progress));
    if (outcome.status === 'ok') return outcome.data[RPC_MIME] as unknown as Response;
    if (outcome.ename === 'KeyError') return null;
    if (outcome.ename === 'KeyboardInterrupt') {
      throw new Refusal('cancelled', this.trans.__('The kernel was interrupted'), this.trans.__('Explain again.'));
    }
    throw new Refusal('internal', `${outcome.ename}: ${outcome.evalue}`);
  }

  /** While the kernel runs the person's own cells, the progress says that it waits for them. */
  private executing({ signal, onProgress }: RequestOptions, progress = IDLE): ExecuteOptions {
    const waits = this.trans.__('Waiting for the kernel, which is running something else');
    const need = this.trans.__('With the setting “Explain while a cell runs” it would not wait');
    const message = this.canBeside && this.kernel.supportsSubshells ? `${waits}. ${need}` : waits;
    return {
      signal,
      trans: this.trans,
      onWaiting: (waiting) => onProgress?.(waiting ? { ...progress, message, seconds_left: null } : progress),
    };
  }
}
