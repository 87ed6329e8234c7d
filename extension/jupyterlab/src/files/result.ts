/** A tab with the explanation of a file. */

import { Widget } from '@lumino/widgets';

import type { Run } from '../runs.js';
import { ResultView } from '../view.js';

/** Draws a run until its end; closing the tab cancels it. */
export class FileResult extends Widget {
  private readonly view: ResultView;

  constructor(private readonly run: Run) {
    super();
    this.addClass('jp-heatline-Output');
    this.addClass('jp-heatline-FileResult');
    // A region that scrolls must be reachable by keyboard.
    this.node.tabIndex = 0;
    this.view = new ResultView({ cancel: () => run.cancel(), ask: () => undefined });
    this.node.append(this.view.node);
    run.changed.connect(this.draw, this);
    this.draw();
  }

  override dispose(): void {
    if (this.isDisposed) return;
    this.run.changed.disconnect(this.draw, this);
    this.run.cancel();
    super.dispose();
  }

  private draw(): void {
    this.view.draw(this.run.state);
  }
}
