import type {
  Average,
  Empty,
  ErrorObject,
  JobEvent,
  ProgressValue,
  Requests,
  StartResult,
  UpdateParams,
} from '@heatline/protocol';
import { RPC_MIME } from '@heatline/protocol';
import type { Kernel } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { Agent, AgentSource } from './agent.js';
import { type ExecuteOptions, evaluate, run } from './execute.js';
import { Refusal } from './refusal.js';

export type Method = keyof Requests;

export interface RequestOptions {
  onProgress?: (progress: ProgressValue) => void;
  /** A better picture; it replaces the one before. */
  onUpdate?: (update: UpdateParams) => void;
  /** An average over more of the samples; it replaces the one before. */
  onAverage?: (average: Average) => void;
  signal?: AbortSignal;
}

/** Where requests of the protocol are answered: a kernel here; elsewhere it may be a language server. */
export interface Session {
  /** Rejects with a `Refusal`. */
  request<M extends Method>(
    method: M,
    params: Requests[M]['params'],
    options?: RequestOptions,
  ): Promise<Requests[M]['result']>;
}

/** Methods that compute: they are pulled in steps, between which the person's own cells get their turn. */
const COMPUTED: ReadonlySet<Method> = new Set<Method>([
  'heatline/explain',
  'heatline/compare',
  'heatline/average',
  'heatline/predict',
  'heatline/provenance',
]);

const IDLE: ProgressValue = { kind: 'report', message: '', percentage: 0, seconds_left: null, title: '' };

interface Response {
  result?: unknown;
  error?: ErrorObject;
}

/** The agent inside the kernel of a notebook. It is brought there by the first request, and again after a restart. */
export class KernelSession implements Session {
  private constructor(
    private readonly kernel: Kernel.IKernelConnection,
    private readonly agent: Agent,
    private readonly trans: TranslationBundle,
  ) {}

  /** Rejects with a `Refusal` where there is no kernel, or none that speaks Python. Sends nothing to the kernel. */
  static async open(
    kernel: Kernel.IKernelConnection | null,
    agents: AgentSource,
    trans: TranslationBundle,
  ): Promise<KernelSession> {
    if (!kernel) {
      throw new Refusal(
        'no-model',
        trans.__('There is no running kernel here'),
        trans.__('Choose a kernel, run the cells that make the model and the sample, then explain again.'),
      );
    }
    const language = (await kernel.info).language_info.name;
    if (language !== 'python') {
      throw new Refusal(
        'no-model',
        trans.__('This kernel speaks %1; heatline explains PyTorch models in Python kernels', language),
      );
    }
    return new KernelSession(kernel, await agents.get(), trans);
  }

  async request<M extends Method>(
    method: M,
    params: Requests[M]['params'],
    options: RequestOptions = {},
  ): Promise<Requests[M]['result']> {
    const answer = COMPUTED.has(method) ? this.pull(method, params, options) : this.ask(method, params, options);
    return (await answer) as Requests[M]['result'];
  }

  /** One request, one answer. */
  private async ask(method: Method, params: unknown, options: RequestOptions): Promise<unknown> {
    const response = (await this.call(method, params, options)) ?? (await this.bring(method, params, options));
    if (response.error) throw Refusal.of(response.error);
    return response.result;
  }

  /** A job, step by step. To cancel is to ask no more. */
  private async pull(method: Method, params: unknown, options: RequestOptions): Promise<unknown> {
    const starting = this.ask('job/start', { method, params }, { ...options, signal: undefined });
    let job: string | null = null;
    let progress = IDLE;
    try {
      job = ((await untilAborted(starting, options.signal, this.trans)) as StartResult).job;
      for (;;) {
        const event = await this.step(job, options, progress);
        if (event.kind === 'done') return event.result;
        if (event.kind === 'failed') throw Refusal.of(event.error);
        if (event.kind === 'update') options.onUpdate?.(event.update);
        if (event.kind === 'update-average') options.onAverage?.(event.update.average);
        progress = event.progress;
        options.onProgress?.(progress);
      }
    } catch (error) {
      this.drop(job === null ? starting.then((started) => (started as StartResult).job) : Promise.resolve(job));
      throw error;
    }
  }

  private async step(job: string, options: RequestOptions, progress: ProgressValue): Promise<JobEvent> {
    const response = await this.call('job/step', { job, budget_ms: this.agent.step_ms }, options, progress);
    if (response === null) throw this.lost();
    if (response.error) throw Refusal.of(response.error);
    return response.result as JobEvent;
  }

  /** Frees a job's memory; whether that worked matters to nobody. */
  private drop(job: Promise<string>): void {
    job.then((name): Promise<Empty> => this.request('job/drop', { job: name })).catch(() => undefined);
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

  /** The agent's response; null where the kernel has no agent (yet, or any more). */
  private async call(
    method: Method,
    params: unknown,
    options: RequestOptions,
    progress = IDLE,
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
    const message = this.trans.__('Waiting for the kernel, which is running something else');
    return {
      signal,
      trans: this.trans,
      onWaiting: (waiting) => onProgress?.(waiting ? { ...progress, message, seconds_left: null } : progress),
    };
  }

  private lost(): Refusal {
    return new Refusal(
      'agent-died',
      this.trans.__('The kernel was restarted while the explanation was under way'),
      this.trans.__('Run the cells that make the model and the sample, then explain again.'),
    );
  }
}

/** `promise`, or the rejection of an abort that comes first. */
function untilAborted<T>(promise: Promise<T>, signal: AbortSignal | undefined, trans: TranslationBundle): Promise<T> {
  if (!signal) return promise;
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(new Refusal('cancelled', trans.__('Cancelled')));
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', abort));
  });
}
