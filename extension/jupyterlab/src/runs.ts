import type { Explanation } from '@heatline/protocol';
import type { Failure, Progress } from '@heatline/views';
import { Token } from '@lumino/coreutils';
import { type ISignal, Signal } from '@lumino/signaling';

/** What a run shows; the three are independent of each other, as in the view that draws them. */
export interface RunState {
  explanation: Explanation | null;
  progress: Progress | null;
  failure: Failure | null;
}

/** One explanation under way in this page. */
export class Run {
  private current: RunState = { explanation: null, progress: null, failure: null };
  private readonly changes = new Signal<this, void>(this);
  private readonly controller = new AbortController();

  constructor(
    /** The token that the agent knows it by, too. */
    readonly job: string,
  ) {}

  get state(): Readonly<RunState> {
    return this.current;
  }

  get changed(): ISignal<this, void> {
    return this.changes;
  }

  /** Aborted when the person cancels. */
  get signal(): AbortSignal {
    return this.controller.signal;
  }

  update(state: Partial<RunState>): void {
    this.current = { ...this.current, ...state };
    this.changes.emit();
  }

  cancel(): void {
    this.controller.abort();
  }
}

/** The runs whose outputs are not finished: an output in a notebook names its run, and is drawn from here. */
export class Runs {
  private readonly byJob = new Map<string, Run>();

  find(job: string): Run | undefined {
    return this.byJob.get(job);
  }

  add(run: Run): void {
    this.byJob.set(run.job, run);
  }

  remove(run: Run): void {
    this.byJob.delete(run.job);
  }
}

export const IRuns = new Token<Runs>('@heatline/jupyterlab:IRuns', 'Explanations that are under way.');
