/** Where models and samples are alive, with the agent among them: a paused program, or the kernel of a notebook. */

import type { ErrorObject, JobEvent, Requests, StartResult } from '@heatline/protocol';
import * as vscode from 'vscode';

import { Problem } from '../failure';

/** Of the agent, as JSON-RPC has it. */
export interface Response {
  result?: unknown;
  error?: ErrorObject;
}

export abstract class LiveSession {
  /** Milliseconds that one step may compute: what the person does meanwhile waits for it. */
  protected abstract readonly stepMs: number;

  /** The agent's response to a JSON-RPC request. */
  protected abstract respond(request: string): Promise<Response>;

  /** One request that is answered at once. */
  async request<M extends keyof Requests>(method: M, params: Requests[M]['params']): Promise<Requests[M]['result']> {
    const { result, error } = await this.respond(JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }));
    if (error) throw problem(error);
    return result as Requests[M]['result'];
  }

  /** Ends the step of a job that is computing, where there is a way to. */
  protected async cut(_job: string): Promise<void> {}

  /** A job, pulled in short steps to its end. To cancel is to pull no more; the step under way is not waited for. */
  async pull<M extends keyof Requests>(
    method: M,
    params: Requests[M]['params'],
    cancel: vscode.CancellationToken,
    listen: (event: JobEvent) => void = () => undefined,
  ): Promise<Requests[M]['result']> {
    const starting = this.request('job/start', { method, params: { ...params } });
    try {
      const { job } = (await unlessCancelled(starting, cancel)) as StartResult;
      for (;;) {
        const event = (await unlessCancelled(this.request('job/step', { job, budget_ms: this.stepMs }), cancel)) as JobEvent;
        if (event.kind === 'done') return event.result as unknown as Requests[M]['result'];
        if (event.kind === 'failed') throw problem(event.error);
        listen(event);
      }
    } catch (error) {
      if (error instanceof vscode.CancellationError) this.drop(starting as Promise<StartResult>);
      throw error;
    }
  }

  /** Frees a job's memory, behind the step under way; whether that worked matters to nobody. */
  private drop(starting: Promise<StartResult>): void {
    const dropped = async ({ job }: StartResult): Promise<void> => {
      await this.cut(job);
      await this.request('job/drop', { job });
    };
    starting.then(dropped).catch(() => undefined);
  }
}

function problem({ message, data }: ErrorObject): Problem {
  return new Problem(message, data.next_step, data.kind);
}

function unlessCancelled<T>(work: Promise<T>, cancel: vscode.CancellationToken): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = (): void => reject(new vscode.CancellationError());
    if (cancel.isCancellationRequested) abort();
    const subscription = cancel.onCancellationRequested(abort);
    work.then(resolve, reject).finally(() => subscription.dispose());
  });
}
