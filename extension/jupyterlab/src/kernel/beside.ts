import type { Requests } from '@heatline/protocol';
import type { Kernel } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { KernelAgent } from './agent.js';
import { AgentSession, type Method, type RequestOptions, type Response, type Session } from './session.js';
import { Subshell } from './subshell.js';

/** Methods that read data sets, or call models in train mode: these wait for the cell. */
const WAITING: ReadonlySet<Method> = new Set<Method>(['heatline/average', 'heatline/provenance']);

/** The agent in a kernel that runs a cell, asked through a subshell: models compute as they are, and nothing is touched. */
export class BesideSession extends AgentSession {
  private constructor(
    private readonly subshell: Subshell,
    private readonly main: Session,
    agent: KernelAgent,
    trans: TranslationBundle,
  ) {
    super(agent.step_ms, trans);
  }

  /** Null where no cell runs, or where the kernel has no subshells. Rejects with a `Refusal`. */
  static async enter(
    kernel: Kernel.IKernelConnection,
    agent: KernelAgent,
    main: Session,
    trans: TranslationBundle,
  ): Promise<BesideSession | null> {
    if (kernel.status !== 'busy' || !kernel.supportsSubshells) return null;
    const subshell = Subshell.of(kernel, agent, trans);
    const { running } = await subshell.ask(null);
    return running ? new BesideSession(subshell, main, agent, trans) : null;
  }

  override request<M extends Method>(
    method: M,
    params: Requests[M]['params'],
    options: RequestOptions = {},
  ): Promise<Requests[M]['result']> {
    return WAITING.has(method) ? this.main.request(method, params, options) : super.request(method, params, options);
  }

  protected first(method: Method, params: unknown, options: RequestOptions): Promise<Response> {
    return this.call(method, params, options);
  }

  protected async call(method: Method, params: unknown, { signal }: RequestOptions): Promise<Response> {
    const request = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params });
    const { response } = await this.subshell.ask(request, signal);
    if (response === null) throw this.lost();
    return response;
  }
}
