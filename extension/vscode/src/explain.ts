/** One explanation from click to picture: ask for the model, compute with progress and cancel, draw. */

import type { Explanation, JobEvent, UpdateParams } from '@heatline/protocol';
import * as vscode from 'vscode';

import type { Computation, Computations } from './computations';
import { named } from './folders';
import { guarded } from './gesture';
import type { InlineColours } from './inline';
import type { Models } from './models';
import { type ResultPanels, titleOf } from './panel';
import { type Question, changed, compareParams, explainParams } from './question';
import { type Sample, pick } from './sample';
import type { Server } from './server';
import type { Status } from './status';

export class Explainer implements vscode.Disposable {
  private readonly subscription: vscode.Disposable;

  constructor(
    private readonly server: Server,
    private readonly models: Models,
    private readonly panels: ResultPanels,
    private readonly inline: InlineColours,
    private readonly status: Status,
    private readonly computations: Computations,
  ) {
    this.subscription = panels.onDidAsk(({ question, how }) => guarded(() => this.run(changed(question, how))));
  }

  /** Explains what `find` finds with a model that the person picks. */
  async explain(find: () => Sample | Promise<Sample>): Promise<void> {
    await guarded(async () => {
      const sample = await find();
      const model = await this.models.pick(sample.inputs, sample.root);
      if (model) await this.run({ sample, model, how: {} });
    });
  }

  /** Explains a sample that the person picks with a model. */
  async explainWith(spec: string): Promise<void> {
    await guarded(async () => {
      const model = await this.models.named(spec);
      const sample = await pick(model.inputs, named(model).folder);
      if (!sample) return;
      await this.models.choose(model, sample.inputs, sample.root);
      await this.run({ sample, model, how: {} });
    });
  }

  /** Answers a question that was put together before. */
  async ask(find: () => Promise<Question | undefined>): Promise<void> {
    await guarded(async () => {
      const question = await find();
      if (question) await this.run(question);
    });
  }

  dispose(): void {
    this.subscription.dispose();
  }

  private async run(question: Question): Promise<void> {
    const { sample, model } = question;
    this.inline.begin();
    this.panels.begin(titleOf({ question }), sample.inputs);
    const title = vscode.l10n.t('Explaining {0}', sample.name);
    const doing = vscode.l10n.t('explaining {0}', sample.name);
    const compute = (computation: Computation): Promise<void> => this.explained(question, computation);
    await this.computations.run({ model, title, doing, compute }, () => void this.run(question));
  }

  private async explained(question: Question, computation: Computation): Promise<void> {
    const { job, isCurrent } = computation;
    const pictures: Explanation[] = [];
    const explanations = await this.compute(question, computation, ({ explanation, index = 0 }) => {
      if (!isCurrent()) return;
      pictures[index] = explanation;
      const found = pictures.filter(Boolean);
      this.panels.preview({ question, job, explanations: found });
      void this.colour(found, question.sample);
    });
    if (!isCurrent()) return;
    this.panels.finish({ question, job, explanations });
    this.status.used(explanations[0]?.device);
    await this.colour(explanations, question.sample);
  }

  /** Where the model is alive, if it is, else by the language server. */
  private async compute(
    question: Question,
    { job, cancel, listeners, progress }: Computation,
    update: (update: UpdateParams) => void,
  ): Promise<Explanation[]> {
    const { compared, live } = question;
    const asked = compared
      ? ({ method: 'heatline/compare', params: compareParams(question, compared, job) } as const)
      : ({ method: 'heatline/explain', params: explainParams(question, job) } as const);
    const hear = (event: JobEvent): void => {
      if (event.kind === 'progress' || event.kind === 'update') progress(event.progress);
      if (event.kind === 'update') update(event.update);
    };
    if (!live) {
      listeners.push(
        this.server.onUpdate((params) => params.job === job && update(params)),
        await this.server.onProgress(job, progress),
      );
    }
    const result = await (live
      ? live.pull(asked.method, asked.params, cancel, hear)
      : this.server.request(asked.method, asked.params, cancel));
    return 'explanations' in result ? result.explanations : [result];
  }

  /** Where the text stands in a source file its words are coloured there, by the first of several explanations. */
  private async colour([explanation]: Explanation[], { place }: Sample): Promise<void> {
    if (explanation && place) await this.inline.show(explanation, place);
  }
}
