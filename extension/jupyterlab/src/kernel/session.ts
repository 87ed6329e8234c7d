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
import type { TranslationBundle } from '@jupyterlab/translation';

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

/** Where requests of the protocol are answered: a kernel, idle or paused. */
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

export const IDLE: ProgressValue = { kind: 'report', message: '', percentage: 0, seconds_left: null, title: '' };

/** Of the agent, as JSON-RPC has it. */
export interface Response {
  result?: unknown;
  error?: ErrorObject;
}

/** The agent where models live: what computes is pulled, step by step. */
export abstract class AgentSession implements Session {
  protected constructor(
    /** Milliseconds that a step may compute. */
    private readonly stepMs: number,
    protected readonly trans: TranslationBundle,
  ) {}

  /** The agent's response; null where it has forgotten everything. */
  protected abstract call(
    method: Method,
    params: unknown,
    options: RequestOptions,
    progress?: ProgressValue,
  ): Promise<Response | null>;

  /** The response to a request that is not about a job: the agent may have to be brought there before. */
  protected abstract first(method: Method, params: unknown, options: RequestOptions): Promise<Response>;

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
    const response = await this.first(method, params, options);
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
    const response = await this.call('job/step', { job, budget_ms: this.stepMs }, options, progress);
    if (response === null) throw this.lost();
    if (response.error) throw Refusal.of(response.error);
    return response.result as JobEvent;
  }

  /** Frees a job's memory; whether that worked matters to nobody. */
  private drop(job: Promise<string>): void {
    job.then((name): Promise<Empty> => this.request('job/drop', { job: name })).catch(() => undefined);
  }

  protected lost(): Refusal {
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
