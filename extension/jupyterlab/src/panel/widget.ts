/** The side panel: one result, its history, and what can be done with it. */

import type { Ask } from '@heatline/views';
import type { TranslationBundle } from '@jupyterlab/translation';
import { ToolbarButton, caretLeftIcon, caretRightIcon } from '@jupyterlab/ui-components';
import { Panel, Widget } from '@lumino/widgets';

import type { Answer } from '../answer.js';
import { NOTHING, type RunState } from '../runs.js';
import { ResultView } from '../view.js';

export interface Actions {
  cancel(): void;
  ask(how: Ask): void;
  back(): void;
  forward(): void;
  pin(): void;
  compare(): void;
  export(): void;
  copy(): void;
}

/** What can be done just now. */
export interface Possible {
  back: boolean;
  forward: boolean;
  /** There is a final answer in the panel. */
  answer: boolean;
  /** The answer can be compared with other methods and classes: it is of one sample. */
  compare: boolean;
  live: boolean;
  /** `2 of 5`; empty where there is nothing to step through. */
  place: string;
}

type Button = 'back' | 'forward' | 'compare' | 'export' | 'copy' | 'pin';

export class ResultPanel extends Panel {
  private readonly view: ResultView;
  private readonly body = new Widget();
  private readonly empty: HTMLElement;
  private readonly place = new Widget({ node: document.createElement('span') });
  private readonly buttons: Record<Button, ToolbarButton>;

  constructor(actions: Actions, trans: TranslationBundle) {
    super();
    this.addClass('jp-heatline-Panel');
    this.node.setAttribute('role', 'region');
    this.node.setAttribute('aria-label', trans.__('Explanations of predictions'));
    this.buttons = {
      back: new ToolbarButton({ icon: caretLeftIcon, tooltip: trans.__('Previous Explanation'), onClick: actions.back }),
      forward: new ToolbarButton({ icon: caretRightIcon, tooltip: trans.__('Next Explanation'), onClick: actions.forward }),
      compare: button(trans.__('Compare…'), trans.__('Put methods or classes side by side'), actions.compare),
      export: button(trans.__('Export…'), trans.__('Save as a picture, a page or numbers'), actions.export),
      copy: button(trans.__('Copy as Python'), trans.__('Copy a cell that gives this result again'), actions.copy),
      pin: button(trans.__('Pin'), trans.__('Keep this result in a tab of its own'), actions.pin),
    };
    const toolbar = new Panel();
    toolbar.addClass('jp-heatline-Toolbar');
    this.place.addClass('jp-heatline-Place');
    this.place.node.setAttribute('aria-live', 'polite');
    const { back, forward, compare, export: save, copy, pin } = this.buttons;
    for (const item of [back, forward, this.place, compare, save, copy, pin]) toolbar.addWidget(item);
    toolbar.node.setAttribute('role', 'group');
    toolbar.node.setAttribute('aria-label', trans.__('Explanation'));
    this.view = new ResultView({ cancel: actions.cancel, ask: actions.ask });
    this.empty = emptyState(trans);
    this.body.addClass('jp-heatline-PanelBody');
    // A region that scrolls must be reachable by keyboard.
    this.body.node.tabIndex = 0;
    this.body.node.append(this.empty, this.view.node);
    this.addWidget(toolbar);
    this.addWidget(this.body);
    this.draw(NOTHING, NONE);
  }

  focus(): void {
    this.body.node.focus();
  }

  draw(state: RunState, possible: Possible): void {
    const nothing = state.result === null && state.progress === null && state.failure === null;
    this.empty.hidden = !nothing;
    this.view.node.hidden = nothing;
    this.view.draw(state);
    this.view.canAsk = possible.live;
    const { buttons } = this;
    buttons.back.enabled = possible.back;
    buttons.forward.enabled = possible.forward;
    buttons.compare.enabled = possible.compare && possible.live;
    buttons.export.enabled = possible.answer && possible.live;
    buttons.copy.enabled = possible.answer;
    buttons.pin.enabled = possible.answer;
    this.place.node.textContent = possible.place;
  }
}

const NONE: Possible = { back: false, forward: false, answer: false, compare: false, live: false, place: '' };

function button(label: string, tooltip: string, onClick: () => void): ToolbarButton {
  return new ToolbarButton({ label, tooltip, onClick });
}

/** What to do where nothing has been explained yet. */
function emptyState(trans: TranslationBundle): HTMLElement {
  const node = document.createElement('div');
  node.className = 'jp-heatline-Empty';
  const title = document.createElement('h2');
  title.textContent = trans.__('No explanation yet');
  const lines = [
    trans.__('Run the cells that make a model and a sample.'),
    trans.__('Right-click a model, a tensor, a picture, or a text in quotes in a code cell, and choose “Explain Prediction…”.'),
    trans.__('By keyboard: put the cursor there and take “Explain Prediction at the Cursor…” from the command palette.'),
  ];
  const list = document.createElement('ol');
  list.append(...lines.map((line) => Object.assign(document.createElement('li'), { textContent: line })));
  node.append(title, list);
  return node;
}

/** A pinned answer, as it is. */
export class PinnedResult extends Widget {
  constructor(answer: Answer) {
    super();
    this.addClass('jp-heatline-PanelBody');
    this.node.tabIndex = 0;
    const view = new ResultView({ cancel: () => undefined, ask: () => undefined });
    view.draw({ ...NOTHING, result: answer.result });
    this.node.append(view.node);
  }
}
