/** One explanation from click to picture: ask for the model, compute with progress and cancel, draw. */

import { randomUUID } from 'node:crypto';
import type { Explanation, ModelInfo } from '@heatline/protocol';
import * as vscode from 'vscode';

import { Problem, describe, isCancelled, line, notify } from './failure';
import type { InlineColours } from './inline';
import { type Models, writeFactory } from './models';
import type { ResultPanel } from './panel';
import { type Sample, pick } from './sample';
import type { Server } from './server';
import type { Status } from './status';

/** A notification is shown for what takes longer; the panel shows progress at once. */
const NOTIFY_AFTER_MS = 1500;

export class Explainer implements vscode.Disposable {
  private running: vscode.CancellationTokenSource | undefined;
  private readonly subscription: vscode.Disposable;

  constructor(
    private readonly server: Server,
    private readonly models: Models,
    private readonly panel: ResultPanel,
    private readonly inline: InlineColours,
    private readonly status: Status,
  ) {
    this.subscription = panel.onDidCancel(() => this.running?.cancel());
  }

  /** Explains what `find` finds with a model that the person picks. */
  async explain(find: () => Sample | Promise<Sample>): Promise<void> {
    await this.guarded(async () => {
      const sample = await find();
      const model = await this.models.pick(sample.inputs, sample.folder);
      if (model) await this.run(sample, model);
    });
  }

  /** Explains a sample that the person picks with the model of a factory. */
  async explainWith(spec: string): Promise<void> {
    await this.guarded(async () => {
      const model = await this.models.named(spec);
      const sample = await pick(model.inputs);
      if (!sample) return;
      await this.models.choose(model, sample.inputs);
      await this.run(sample, model);
    });
  }

  /** Every failure before a computation ends in one line where the person looks. */
  private async guarded(work: () => Promise<void>): Promise<void> {
    try {
      requireTrust();
      await work();
    } catch (error) {
      await this.refuse(error);
    }
  }

  dispose(): void {
    this.running?.cancel();
    this.subscription.dispose();
  }

  private async run(sample: Sample, model: ModelInfo): Promise<void> {
    this.running?.cancel();
    const cancel = new vscode.CancellationTokenSource();
    this.running = cancel;
    this.inline.begin();
    this.panel.begin(sample.name);
    this.panel.update({ progress: { message: vscode.l10n.t('Starting'), percentage: 0 } });
    this.status.busy(model);
    const job = randomUUID();
    const progress = new ProgressNotification(vscode.l10n.t('Explaining {0}', sample.name), cancel);
    const listeners: vscode.Disposable[] = [progress];
    try {
      listeners.push(
        this.server.onUpdate((update) => {
          if (update.job === job && this.running === cancel) void this.draw(update.explanation, sample);
        }),
        await this.server.onProgress(job, ({ message, percentage, seconds_left: left }) => {
          if (this.running !== cancel) return;
          this.panel.update({ progress: { message, percentage, seconds_left: left } });
          progress.report(message, percentage);
        }),
      );
      const params = { model: model.ref, sample: sample.ref, job };
      const explanation = await this.server.request('heatline/explain', params, cancel.token);
      if (this.running === cancel) await this.draw(explanation, sample);
    } catch (error) {
      if (this.running === cancel && !isCancelled(error)) this.fail(error, () => void this.run(sample, model));
    } finally {
      vscode.Disposable.from(...listeners).dispose();
      if (this.running === cancel) {
        this.running = undefined;
        this.panel.update({ progress: null });
        this.status.idle();
      }
      cancel.dispose();
    }
  }

  private async draw(explanation: Explanation, sample: Sample): Promise<void> {
    this.panel.update({ explanation });
    if (sample.place) await this.inline.show(explanation, sample.place);
  }

  /** A failure of a computation: in the panel, under what is there already, and as a notification. */
  private fail(error: unknown, retry: () => void): void {
    const failure = describe(error);
    this.panel.update({ failure });
    void notify(failure, retry);
  }

  private async refuse(error: unknown): Promise<void> {
    if (isCancelled(error)) return;
    const failure = describe(error);
    if (failure.kind !== 'no-model') return notify(failure);
    const write = vscode.l10n.t('Write a Model Function');
    const picked = await vscode.window.showWarningMessage(line(failure), write);
    if (picked) await writeFactory();
  }
}

function requireTrust(): void {
  if (vscode.workspace.isTrusted) return;
  throw new Problem(
    vscode.l10n.t('Explaining runs the code of this workspace, and you have not trusted it.'),
    vscode.l10n.t('Trust the workspace first (Workspaces: Manage Workspace Trust).'),
  );
}

/** A cancellable notification that appears only for what takes a while. */
class ProgressNotification implements vscode.Disposable {
  private finish: () => void = () => undefined;
  private show: ((value: { message: string; increment: number }) => void) | undefined;
  private percentage = 0;
  private message = '';
  private readonly timer: NodeJS.Timeout;

  constructor(title: string, cancel: vscode.CancellationTokenSource) {
    this.timer = setTimeout(() => {
      const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
      void vscode.window.withProgress(options, (progress, token) => {
        token.onCancellationRequested(() => cancel.cancel());
        this.show = (value) => progress.report(value);
        this.show({ message: this.message, increment: this.percentage });
        return new Promise<void>((resolve) => (this.finish = resolve));
      });
    }, NOTIFY_AFTER_MS);
  }

  report(message: string, percentage: number): void {
    this.show?.({ message, increment: Math.max(0, percentage - this.percentage) });
    this.message = message;
    this.percentage = Math.max(percentage, this.percentage);
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.finish();
  }
}
