/** Draws explanations in outputs: saved ones, and those that are under way. */

import { RESULT_MIME } from '@heatline/protocol';
import { type HeatlineResult, createResult, isExplanation } from '@heatline/views';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { ITranslator, type TranslationBundle, nullTranslator } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';

import { IRuns, type Run, type RunState, Runs } from './runs.js';
import { RUN_MIME, type UnfinishedOutput } from './unfinished.js';

/**
 * An output with an explanation, or with a run that is to give one. The same widget draws both, so that nothing
 * flickers when the final result takes the place of the last preview.
 */
class ExplanationWidget extends Widget implements IRenderMime.IRenderer {
  private readonly view: HeatlineResult = createResult(document);
  private run: Run | null = null;

  constructor(
    private readonly runs: Runs,
    private readonly trans: TranslationBundle,
  ) {
    super();
    this.addClass('jp-heatline-Output');
    this.view.addEventListener('heatline-cancel', () => this.run?.cancel());
    this.node.append(this.view);
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    const explanation: unknown = model.data[RESULT_MIME];
    const unfinished = model.data[RUN_MIME] as unknown as UnfinishedOutput | undefined;
    const run = explanation === undefined && unfinished ? this.runs.find(unfinished.job) : undefined;
    this.follow(run ?? null);
    if (!run) Object.assign(this.view, this.saved(explanation, unfinished));
    await this.view.updateComplete;
  }

  override dispose(): void {
    this.follow(null);
    super.dispose();
  }

  private follow(run: Run | null): void {
    this.run?.changed.disconnect(this.draw, this);
    this.run = run;
    run?.changed.connect(this.draw, this);
    this.draw();
  }

  private draw(): void {
    if (this.run) Object.assign(this.view, this.run.state);
  }

  /** What the view shows of an output that no run of this page feeds. */
  private saved(explanation: unknown, unfinished: UnfinishedOutput | undefined): RunState {
    if (isExplanation(explanation)) return { explanation, progress: null, failure: null };
    const message =
      explanation === undefined
        ? this.trans.__('This explanation was not finished')
        : this.trans.__('This explanation was saved in a form that this version of heatline cannot read');
    const failure = { message, next_step: this.trans.__('Explain again.') };
    return { explanation: null, progress: null, failure: unfinished?.failure ?? failure };
  }
}

const plugin: JupyterFrontEndPlugin<Runs> = {
  id: '@heatline/jupyterlab:mime',
  description: 'Draws explanations in outputs.',
  autoStart: true,
  provides: IRuns,
  requires: [IRenderMimeRegistry],
  optional: [ITranslator],
  activate: (_app: JupyterFrontEnd, rendermime: IRenderMimeRegistry, translator: ITranslator | null): Runs => {
    const trans = (translator ?? nullTranslator).load('heatline');
    const runs = new Runs();
    // In this order: a finished run keeps the widget that it was drawn in.
    for (const mimeType of [RUN_MIME, RESULT_MIME]) {
      const createRenderer = (): ExplanationWidget => new ExplanationWidget(runs, trans);
      rendermime.addFactory({ safe: true, mimeTypes: [mimeType], createRenderer }, 0);
    }
    return runs;
  },
};

export default plugin;
