/** Draws explanations in outputs: saved ones, and those that are under way. */

import { RESULT_MIME } from '@heatline/protocol';
import { type Ask, isExplanation } from '@heatline/views';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { INotebookTracker, type NotebookPanel } from '@jupyterlab/notebook';
import { IRenderMimeRegistry } from '@jupyterlab/rendermime';
import type { IRenderMime } from '@jupyterlab/rendermime-interfaces';
import { ITranslator, type TranslationBundle, nullTranslator } from '@jupyterlab/translation';
import type { Message } from '@lumino/messaging';
import { Widget } from '@lumino/widgets';

import { isLive, panelOf } from './cells.js';
import { type Awareness, isAnnounced } from './elsewhere.js';
import { IRuns, NOTHING, type Run, type RunState, Runs } from './runs.js';
import { RUN_MIME, type UnfinishedOutput } from './unfinished.js';
import { ResultView } from './view.js';

/**
 * An output with an explanation, or with a run that is to give one. The same widget draws both, so that nothing
 * flickers when the final result takes the place of the last preview.
 */
class ExplanationWidget extends Widget implements IRenderMime.IRenderer {
  private readonly view: ResultView;
  private readonly elsewhere = document.createElement('p');
  private run: Run | null = null;
  private state: RunState = NOTHING;
  private job: string | null = null;
  /** The output says neither what a run gave nor why it gave nothing. */
  private isOpen = false;
  private panel: NotebookPanel | null = null;
  private awareness: Awareness | null = null;

  constructor(
    private readonly runs: Runs,
    private readonly tracker: INotebookTracker | null,
    private readonly trans: TranslationBundle,
  ) {
    super();
    this.addClass('jp-heatline-Output');
    this.view = new ResultView({ cancel: () => this.run?.cancel(), ask: (how) => this.ask(how) });
    this.elsewhere.textContent = trans.__('Under way in another page of this notebook; the result will stand here.');
    this.elsewhere.className = 'jp-heatline-Elsewhere';
    this.elsewhere.hidden = true;
    this.node.append(this.view.node, this.elsewhere);
  }

  async renderModel(model: IRenderMime.IMimeModel): Promise<void> {
    const explanation: unknown = model.data[RESULT_MIME];
    const unfinished = model.data[RUN_MIME] as unknown as UnfinishedOutput | undefined;
    this.job = unfinished?.job ?? null;
    this.isOpen = explanation === undefined && unfinished?.failure === null;
    const run = explanation === undefined && unfinished ? this.runs.find(unfinished.job) : undefined;
    this.follow(run ?? null);
    if (!run) this.draw(this.saved(explanation, unfinished));
    this.lookElsewhere();
    await this.view.complete;
  }

  override dispose(): void {
    this.follow(null);
    super.dispose();
  }

  /** Where the notebook's kernel lives, the picture can be asked on. */
  protected override onAfterAttach(_message: Message): void {
    this.panel = this.tracker && panelOf(this.tracker, this.node);
    this.panel?.sessionContext.statusChanged.connect(this.enable, this);
    this.panel?.sessionContext.kernelChanged.connect(this.enable, this);
    this.awareness = this.panel?.model?.sharedModel.awareness ?? null;
    this.awareness?.on('change', this.lookElsewhere);
    this.enable();
    this.lookElsewhere();
  }

  protected override onBeforeDetach(_message: Message): void {
    this.panel?.sessionContext.statusChanged.disconnect(this.enable, this);
    this.panel?.sessionContext.kernelChanged.disconnect(this.enable, this);
    this.panel = null;
    this.awareness?.off('change', this.lookElsewhere);
    this.awareness = null;
  }

  private enable(): void {
    this.view.canAsk = this.panel !== null && isLive(this.panel);
  }

  private ask(how: Ask): void {
    const { node, job } = this;
    if (this.state.result) this.runs.asked.emit({ node, job, result: this.state.result, how });
  }

  private follow(run: Run | null): void {
    this.run?.changed.disconnect(this.redraw, this);
    this.run = run;
    run?.changed.connect(this.redraw, this);
    this.redraw();
  }

  private redraw(): void {
    if (this.run) this.draw(this.run.state);
  }

  private draw(state: RunState): void {
    this.state = state;
    this.view.draw(state);
  }

  /** A run of another page feeds the output: this one can only say so. */
  private readonly lookElsewhere = (): void => {
    const { run, job, awareness } = this;
    const elsewhere = this.isOpen && run === null && awareness !== null && job !== null && isAnnounced(awareness, job);
    this.elsewhere.hidden = !elsewhere;
    this.view.node.hidden = elsewhere;
  };

  /** What the view shows of an output that no run of this page feeds. */
  private saved(explanation: unknown, unfinished: UnfinishedOutput | undefined): RunState {
    if (isExplanation(explanation)) return { ...NOTHING, result: { kind: 'explain', explanation } };
    const message =
      explanation === undefined
        ? this.trans.__('This explanation was not finished')
        : this.trans.__('This explanation was saved in a form that this version of heatline cannot read');
    const failure = { message, next_step: this.trans.__('Explain again.') };
    return { ...NOTHING, failure: unfinished?.failure ?? failure };
  }
}

const plugin: JupyterFrontEndPlugin<Runs> = {
  id: '@heatline/jupyterlab:mime',
  description: 'Draws explanations in outputs.',
  autoStart: true,
  provides: IRuns,
  requires: [IRenderMimeRegistry],
  optional: [INotebookTracker, ITranslator],
  activate: (
    _app: JupyterFrontEnd,
    rendermime: IRenderMimeRegistry,
    tracker: INotebookTracker | null,
    translator: ITranslator | null,
  ): Runs => {
    const trans = (translator ?? nullTranslator).load('heatline');
    const runs = new Runs();
    // In this order: a finished run keeps the widget that it was drawn in.
    for (const mimeType of [RUN_MIME, RESULT_MIME]) {
      const createRenderer = (): ExplanationWidget => new ExplanationWidget(runs, tracker, trans);
      rendermime.addFactory({ safe: true, mimeTypes: [mimeType], createRenderer }, 0);
    }
    return runs;
  },
};

export default plugin;
