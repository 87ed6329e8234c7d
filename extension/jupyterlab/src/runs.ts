import type { Ask, Failure, Progress } from '@heatline/views';
import { Token } from '@lumino/coreutils';
import { type ISignal, Signal } from '@lumino/signaling';

import { type Answer, Answers, type Result } from './answer.js';

/** What a run shows; the three are independent of each other, as in the view that draws them. */
export interface RunState {
  result: Result | null;
  progress: Progress | null;
  failure: Failure | null;
}

export const NOTHING: RunState = { result: null, progress: null, failure: null };

/** One computation under way in this page. */
export class Run {
  private current = NOTHING;
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

/** What a person asked within the picture of an output. */
export interface OutputAsk {
  node: HTMLElement;
  /** Of the output; null where the cell's own code made it. */
  job: string | null;
  result: Result;
  how: Ask;
}

/** The runs whose outputs are not finished: an output in a notebook names its run, and is drawn from here. */
export class Runs {
  readonly answers = new Answers();
  /** A person asks on within an output. */
  readonly asked = new Signal<this, OutputAsk>(this);
  private readonly byJob = new Map<string, Run>();
  private readonly changes = new Signal<this, void>(this);
  private latest: Answer | null = null;
  private doing = '';

  find(job: string): Run | undefined {
    return this.byJob.get(job);
  }

  add(run: Run): void {
    this.byJob.set(run.job, run);
    this.doing = '';
    this.changes.emit();
  }

  /** Says what the latest run does, now that it is known. */
  names(doing: string): void {
    this.doing = doing;
    this.changes.emit();
  }

  remove(run: Run, answer: Answer | null): void {
    this.byJob.delete(run.job);
    if (answer) {
      this.answers.add(answer);
      this.latest = answer;
    }
    this.changes.emit();
  }

  /** A run has begun or ended. */
  get changed(): ISignal<this, void> {
    return this.changes;
  }

  /** What is under way; null where nothing is. */
  get underWay(): string | null {
    return this.byJob.size > 0 ? this.doing : null;
  }

  get lastAnswer(): Answer | null {
    return this.latest;
  }
}

export const IRuns = new Token<Runs>('@heatline/jupyterlab:IRuns', 'Explanations that are under way.');
