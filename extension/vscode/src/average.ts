/** Global average gradients of a model over a data set: ask for both, compute with progress and cancel, draw. */

import type { AverageParams } from '@heatline/protocol';
import * as vscode from 'vscode';

import type { Computation, Computations } from './computations';
import { dataSetOf, pickDataSet } from './data-set';
import { guarded } from './gesture';
import type { Models } from './models';
import { type ResultPanels, titleOf } from './panel';
import type { AverageQuestion } from './question';
import type { Server } from './server';
import { averageLimit } from './settings';
import type { Status } from './status';

export class Averager {
  constructor(
    private readonly server: Server,
    private readonly models: Models,
    private readonly panels: ResultPanels,
    private readonly status: Status,
    private readonly computations: Computations,
  ) {}

  /** Asks for a model and a data set, whichever is not known yet. */
  async average(known: { spec?: string; data?: vscode.Uri }): Promise<void> {
    await guarded(async () => {
      const given = known.data && dataSetOf(known.data);
      const { spec } = known;
      const model = await (spec === undefined ? this.models.pick('unknown', given?.root) : this.models.named(spec));
      if (!model) return;
      const data = given ?? (await pickDataSet(model.inputs));
      if (data) await this.run({ model, data });
    });
  }

  private async run(question: AverageQuestion): Promise<void> {
    const { model, data } = question;
    this.panels.begin(titleOf({ question }), 'nothing');
    const title = vscode.l10n.t('Averaging gradients over {0}', data.name);
    const doing = vscode.l10n.t('averaging over {0}', data.name);
    const compute = (computation: Computation): Promise<void> => this.averaged(question, computation);
    await this.computations.run({ model, title, doing, compute }, () => void this.run(question));
  }

  private async averaged(question: AverageQuestion, computation: Computation): Promise<void> {
    const { job, cancel, listeners, isCurrent, progress } = computation;
    listeners.push(
      this.server.onUpdateAverage(({ job: of, average }) => {
        if (of === job && isCurrent()) this.panels.preview({ question, job, average });
      }),
      await this.server.onProgress(job, progress),
    );
    const average = await this.server.request('heatline/average', params(question, job), cancel);
    if (!isCurrent()) return;
    this.panels.finish({ question, job, average });
    this.status.used(average.device);
  }
}

function params({ model, data }: AverageQuestion, job: string): AverageParams {
  return { model: model.ref, data: { kind: 'file', path: data.path }, limit: averageLimit(data.root), job };
}
