/** One explanation from click to picture: ask for the model, compute with progress and cancel, draw. */

import { randomUUID } from 'node:crypto';
import type { Explanation, JobEvent, ProgressValue, UpdateParams } from '@heatline/protocol';
import * as vscode from 'vscode';

import { Problem, describe, isCancelled, line, notify } from './failure';
import type { InlineColours } from './inline';
import { type Models, writeFactory } from './models';
import type { ResultPanels } from './panel';
import { ProgressNotification } from './progress';
import { type Question, changed, compareParams, explainParams } from './question';
import { type Sample, pick } from './sample';
import type { Server } from './server';
import type { Status } from './status';

/** Takes what a computation tells while it is under way. */
interface Listener {
  update(update: UpdateParams): void;
  progress(value: ProgressValue): void;
}

export class Explainer implements vscode.Disposable {
  private running: vscode.CancellationTokenSource | undefined;
  private readonly subscriptions: vscode.Disposable[];

  constructor(
    private readonly server: Server,
    private readonly models: Models,
    private readonly panels: ResultPanels,
    private readonly inline: InlineColours,
    private readonly status: Status,
  ) {
    this.subscriptions = [
      panels.onDidCancel(() => this.running?.cancel()),
      panels.onDidAsk(({ question, how }) => this.guarded(() => this.run(changed(question, how)))),
    ];
  }

  /** Explains what `find` finds with a model that the person picks. */
  async explain(find: () => Sample | Promise<Sample>): Promise<void> {
    await this.guarded(async () => {
      const sample = await find();
      const model = await this.models.pick(sample.inputs, sample.root);
      if (model) await this.run({ sample, model, how: {} });
    });
  }

  /** Explains a sample that the person picks with a model. */
  async explainWith(spec: string): Promise<void> {
    await this.guarded(async () => {
      const model = await this.models.named(spec);
      const sample = await pick(model.inputs);
      if (!sample) return;
      await this.models.choose(model, sample.inputs);
      await this.run({ sample, model, how: {} });
    });
  }

  /** Answers a question that was put together before. */
  async ask(find: () => Promise<Question | undefined>): Promise<void> {
    await this.guarded(async () => {
      const question = await find();
      if (question) await this.run(question);
    });
  }

  /** Every failure before a computation ends in one line where the person looks. */
  async guarded(work: () => Promise<void>): Promise<void> {
    try {
      requireTrust();
      await work();
    } catch (error) {
      await this.refuse(error);
    }
  }

  dispose(): void {
    this.running?.cancel();
    vscode.Disposable.from(...this.subscriptions).dispose();
  }

  private async run(question: Question): Promise<void> {
    const { sample, model } = question;
    this.running?.cancel();
    const cancel = new vscode.CancellationTokenSource();
    this.running = cancel;
    this.inline.begin();
    this.panels.begin(question);
    this.panels.update({ progress: { message: vscode.l10n.t('Starting'), percentage: 0 } });
    this.status.busy(model, vscode.l10n.t('explaining {0}', sample.name));
    const job = randomUUID();
    const progress = new ProgressNotification(vscode.l10n.t('Explaining {0}', sample.name), cancel);
    const listeners: vscode.Disposable[] = [progress];
    const pictures: Explanation[] = [];
    try {
      const explanations = await this.compute(question, job, cancel.token, listeners, {
        update: ({ explanation, index = 0 }) => {
          if (this.running !== cancel) return;
          pictures[index] = explanation;
          const explanations = pictures.filter(Boolean);
          this.panels.preview({ question, job, explanations });
          void this.colour(explanations, sample);
        },
        progress: ({ message, percentage, seconds_left: left }) => {
          if (this.running !== cancel) return;
          this.panels.update({ progress: { message, percentage, seconds_left: left } });
          progress.report(message, percentage);
        },
      });
      if (this.running !== cancel) return;
      this.panels.finish({ question, job, explanations });
      this.status.used(explanations[0]);
      await this.colour(explanations, sample);
    } catch (error) {
      if (this.running === cancel && !isCancelled(error)) this.fail(error, () => void this.run(question));
    } finally {
      vscode.Disposable.from(...listeners).dispose();
      if (this.running === cancel) {
        this.running = undefined;
        this.panels.update({ progress: null });
        this.status.idle();
      }
      cancel.dispose();
    }
  }

  /** In the paused program where the model lives there, else by the language server. */
  private async compute(
    question: Question,
    job: string,
    cancel: vscode.CancellationToken,
    listeners: vscode.Disposable[],
    listener: Listener,
  ): Promise<Explanation[]> {
    const { compared, program } = question;
    const asked = compared
      ? ({ method: 'heatline/compare', params: compareParams(question, compared, job) } as const)
      : ({ method: 'heatline/explain', params: explainParams(question, job) } as const);
    const hear = (event: JobEvent): void => {
      if (event.kind === 'progress' || event.kind === 'update') listener.progress(event.progress);
      if (event.kind === 'update') listener.update(event.update);
    };
    if (!program) {
      listeners.push(
        this.server.onUpdate((update) => update.job === job && listener.update(update)),
        await this.server.onProgress(job, listener.progress),
      );
    }
    const result = await (program
      ? program.pull(asked.method, asked.params, hear, cancel)
      : this.server.request(asked.method, asked.params, cancel));
    return 'explanations' in result ? result.explanations : [result];
  }

  /** Where the text stands in a source file its words are coloured there, by the first of several explanations. */
  private async colour([explanation]: Explanation[], { place }: Sample): Promise<void> {
    if (explanation && place) await this.inline.show(explanation, place);
  }

  /** A failure of a computation: in the panel, under what is there already, and as a notification. */
  private fail(error: unknown, retry: () => void): void {
    const failure = describe(error);
    this.panels.update({ failure });
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
