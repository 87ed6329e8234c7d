/** What the side panel shows, what it has shown, and the answers that were pinned beside it. */

import type { Failure } from '@heatline/views';
import { History } from '@heatline/views/history';
import type { JupyterFrontEnd } from '@jupyterlab/application';
import { MainAreaWidget } from '@jupyterlab/apputils';
import type { Kernel } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import { UUID } from '@lumino/coreutils';
import { Signal } from '@lumino/signaling';

import type { Answer } from '../answer.js';
import type { Target } from '../explainer.js';
import { heatlineIcon } from '../icon.js';
import { NOTHING, type Run, type RunState } from '../runs.js';
import { addTab } from '../tab.js';
import type { ResultPanels, Wish } from './token.js';
import { PinnedResult, ResultPanel } from './widget.js';

export const PANEL_ID = 'heatline-panel';

export class SidePanel implements ResultPanels {
  readonly widget: ResultPanel;
  readonly wished = new Signal<this, Wish>(this);
  /** What can be done has changed. */
  readonly changed = new Signal<this, void>(this);
  private readonly history = new History<Answer>();
  private run: Run | null = null;
  /** What a run left that has no answer: a preview, or why there is none. */
  private left: RunState | null = null;
  private kernel: Kernel.IKernelConnection | null = null;

  constructor(
    private readonly shell: JupyterFrontEnd.IShell,
    private readonly trans: TranslationBundle,
  ) {
    const actions = {
      cancel: () => this.run?.cancel(),
      ask: (how: Extract<Wish, { kind: 'ask' }>['how']) => this.wish((answer) => ({ kind: 'ask', answer, how })),
      back: () => this.step(-1),
      forward: () => this.step(1),
      pin: () => this.pin(),
      compare: () => this.wish((answer) => ({ kind: 'compare', answer })),
      export: () => this.wish((answer) => ({ kind: 'export', answer })),
      copy: () => this.wish((answer) => ({ kind: 'copy', answer })),
    };
    this.widget = new ResultPanel(actions, trans);
    this.widget.id = PANEL_ID;
    this.widget.title.icon = heatlineIcon;
    this.widget.title.caption = trans.__('Heatline: explanations of predictions');
  }

  begin(run: Run): Target {
    this.run?.cancel();
    this.run?.changed.disconnect(this.draw, this);
    this.run = run;
    this.left = null;
    run.changed.connect(this.draw, this);
    this.draw();
    this.reveal();
    return {
      asks: () => undefined,
      finish: async (answer) => {
        this.history.add(answer);
        this.end(run, null);
      },
      stop: (failure) => this.end(run, this.unfinished(run, run.state.result ? null : failure)),
      fail: (failure) => this.end(run, this.unfinished(run, failure)),
      remove: () => this.end(run, null),
    };
  }

  keep(answer: Answer): void {
    this.history.add(answer);
    this.draw();
  }

  get answer(): Answer | undefined {
    return this.run || this.left ? undefined : this.history.current;
  }

  get canStep(): { back: boolean; forward: boolean } {
    const { place, canGoBack, canGoForward } = this.history;
    // What was left without an answer stands after the last one.
    return { back: this.left ? place > 0 : canGoBack, forward: !this.left && canGoForward };
  }

  step(by: -1 | 1): void {
    this.run?.cancel();
    if (this.left === null && this.run === null) this.history.step(by);
    this.left = null;
    this.draw();
  }

  /** Keeps what is shown in a tab of its own. */
  pin(): void {
    const { answer } = this;
    if (!answer) return;
    const pinned = new MainAreaWidget({ content: new PinnedResult(answer) });
    pinned.id = `${PANEL_ID}-${UUID.uuid4()}`;
    pinned.title.label = this.trans.__('Why: %1', answer.asked.names[1]);
    pinned.title.icon = heatlineIcon;
    pinned.title.closable = true;
    addTab(this.shell, pinned, { mode: 'split-right', activate: false });
  }

  /** Brings the panel to the front, for the keyboard too. */
  show(): void {
    this.reveal();
    this.widget.focus();
  }

  private reveal(): void {
    this.shell.activateById(PANEL_ID);
  }

  wish(make: (answer: Answer) => Wish): void {
    if (this.answer) this.wished.emit(make(this.answer));
  }

  private unfinished(run: Run, failure: Failure | null): RunState {
    return { result: run.state.result, progress: null, failure };
  }

  private end(run: Run, left: RunState | null): void {
    run.changed.disconnect(this.draw, this);
    if (this.run !== run) return;
    this.run = null;
    this.left = left;
    this.draw();
  }

  private draw(): void {
    const { answer } = this;
    const state = this.run?.state ?? this.left ?? { ...NOTHING, result: answer?.result ?? null };
    this.watch(answer?.asked.kernel() ?? null);
    const { place, length } = this.history;
    this.widget.draw(state, {
      ...this.canStep,
      answer: answer !== undefined,
      compare: answer !== undefined && answer.asked.kind !== 'average',
      live: this.kernel !== null,
      place: length > 1 && answer ? this.trans.__('%1 of %2', place, length) : '',
    });
    this.changed.emit();
  }

  /** What can be asked on ends with the kernel. */
  private watch(kernel: Kernel.IKernelConnection | null): void {
    if (kernel === this.kernel) return;
    this.kernel?.statusChanged.disconnect(this.draw, this);
    this.kernel?.disposed.disconnect(this.draw, this);
    this.kernel = kernel;
    kernel?.statusChanged.connect(this.draw, this);
    kernel?.disposed.connect(this.draw, this);
  }
}
