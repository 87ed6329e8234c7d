/** Draws explanations in outputs: saved ones, and those that are under way. */

import { type Explanation, RESULT_MIME } from '@heatline/protocol';
import { type HeatlineResult, createResult } from '@heatline/views';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { ITranslator, type TranslationBundle, nullTranslator } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';

import { IRuns, type Run, Runs } from './runs.js';
import { RUN_MIME, type UnfinishedOutput } from './unfinished.js';

/** An output of our own result type. */
class ResultOutput extends Widget implements IRenderMime.IRenderer {
  private readonly view: HeatlineResult = createResult(document);

  constructor(private readonly trans: TranslationBundle) {
    super();
    this.addClass('jp-heatline-Output');
    this.node.append(this.view);
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    const data: unknown = model.data[RESULT_MIME];
    if (isExplanation(data)) {
      this.view.explanation = data;
      this.view.failure = null;
    } else {
      this.view.failure = {
        message: this.trans.__('This explanation was saved in a form that this version of heatline cannot read'),
        next_step: this.trans.__('Explain again.'),
      };
    }
    await this.view.updateComplete;
  }
}

/** An output whose explanation is under way in this page, or ended without one. */
class RunOutput extends Widget implements IRenderMime.IRenderer {
  private readonly view: HeatlineResult = createResult(document);
  private shown: Run | null = null;

  constructor(
    private readonly runs: Runs,
    private readonly trans: TranslationBundle,
  ) {
    super();
    this.addClass('jp-heatline-Output');
    this.view.addEventListener('heatline-cancel', () => this.shown?.cancel());
    this.node.append(this.view);
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    const { job, failure } = model.data[RUN_MIME] as unknown as UnfinishedOutput;
    this.follow(this.runs.find(job) ?? null);
    if (!this.shown) {
      this.view.failure = failure ?? {
        message: this.trans.__('This explanation was not finished'),
        next_step: this.trans.__('Explain again.'),
      };
    }
    await this.view.updateComplete;
  }

  override dispose(): void {
    this.follow(null);
    super.dispose();
  }

  private follow(run: Run | null): void {
    this.shown?.changed.disconnect(this.draw, this);
    this.shown = run;
    run?.changed.connect(this.draw, this);
    if (run) this.draw();
  }

  private draw(): void {
    if (this.shown) Object.assign(this.view, this.shown.state);
  }
}

/** The least that the view relies on; a notebook's content comes from anywhere. */
function isExplanation(data: unknown): data is Explanation {
  const { picture, target, classes, notes } = (data ?? {}) as Partial<Explanation>;
  const known = picture?.kind === 'image' || picture?.kind === 'text';
  return known && typeof target?.label === 'string' && Array.isArray(classes) && Array.isArray(notes);
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
    rendermime.addFactory(
      { safe: true, mimeTypes: [RESULT_MIME], createRenderer: () => new ResultOutput(trans) },
      0,
    );
    rendermime.addFactory(
      { safe: true, mimeTypes: [RUN_MIME], createRenderer: () => new RunOutput(runs, trans) },
      0,
    );
    return runs;
  },
};

export default plugin;
