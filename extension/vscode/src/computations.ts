/** What is computed now: one thing at a time, with progress and cancel, and its failure where the person looks. */

import { randomUUID } from 'node:crypto';
import type { ModelInfo, ProgressValue } from '@heatline/protocol';
import * as vscode from 'vscode';

import { describe, isCancelled, notify } from './failure';
import type { ResultPanels } from './panel';
import { ProgressNotification } from './progress';
import type { Status } from './status';

/** A computation under way. */
export interface Computation {
  /** The name under which it is asked for, and its result remembered. */
  readonly job: string;
  readonly cancel: vscode.CancellationToken;
  /** What it listens to; ends with it. */
  readonly listeners: vscode.Disposable[];
  /** No other one has begun since: what it tells is still wanted. */
  isCurrent(): boolean;
  progress(value: ProgressValue): void;
}

export interface Work {
  model: ModelInfo;
  /** Of the notification: `Explaining lamp.png`. */
  title: string;
  /** For the status item: `explaining lamp.png`. */
  doing: string;
  compute(computation: Computation): Promise<void>;
}

export class Computations implements vscode.Disposable {
  private running: vscode.CancellationTokenSource | undefined;
  private readonly subscription: vscode.Disposable;

  constructor(
    private readonly panels: ResultPanels,
    private readonly status: Status,
  ) {
    this.subscription = panels.onDidCancel(() => this.running?.cancel());
  }

  /** Computes, in the place of whatever was computed before; the panel has begun to show it. */
  async run(work: Work, retry: () => void): Promise<void> {
    this.running?.cancel();
    const source = new vscode.CancellationTokenSource();
    this.running = source;
    const isCurrent = (): boolean => this.running === source;
    this.panels.update({ progress: { message: vscode.l10n.t('Starting'), percentage: 0 } });
    this.status.busy(work.model, work.doing);
    const notification = new ProgressNotification(work.title, source);
    const listeners: vscode.Disposable[] = [notification];
    const progress = ({ message, percentage, seconds_left: left }: ProgressValue): void => {
      if (!isCurrent()) return;
      this.panels.update({ progress: { message, percentage, seconds_left: left } });
      this.status.busy(work.model, work.doing, percentage);
      notification.report(message, percentage);
    };
    try {
      await work.compute({ job: randomUUID(), cancel: source.token, listeners, isCurrent, progress });
    } catch (error) {
      if (isCurrent() && !isCancelled(error)) this.fail(error, retry);
    } finally {
      vscode.Disposable.from(...listeners).dispose();
      if (isCurrent()) {
        this.running = undefined;
        this.panels.update({ progress: null });
        this.status.idle();
      }
      source.dispose();
    }
  }

  dispose(): void {
    this.running?.cancel();
    this.subscription.dispose();
  }

  /** In the panel, under what is there already, and as a notification. */
  private fail(error: unknown, retry: () => void): void {
    const failure = describe(error);
    this.panels.update({ failure });
    void notify(failure, retry);
  }
}
