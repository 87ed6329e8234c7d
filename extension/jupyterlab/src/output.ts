/** One output below a code cell, from the first progress to the saved result. */

import { type Explanation, RESULT_MIME, type StaticResult } from '@heatline/protocol';
import type { Failure } from '@heatline/views';
import type { CodeCell } from '@jupyterlab/cells';
import type { IDisplayData, IMimeBundle } from '@jupyterlab/nbformat';
import type { IOutputAreaModel } from '@jupyterlab/outputarea';
import type { PartialJSONObject } from '@lumino/coreutils';

import type { Run } from './runs.js';
import { RUN_MIME, type UnfinishedOutput } from './unfinished.js';

/** The key of our entry in an output's metadata: an output that was asked for by a gesture, not by the cell's code. */
const METADATA = 'heatline';

export class ExplanationOutput {
  private readonly outputs: IOutputAreaModel;
  private writing = false;

  /** Adds the output; it draws what `run` says. A person who clears it, or runs the cell again, cancels the run. */
  constructor(
    private readonly cell: CodeCell,
    private readonly run: Run,
    underWay: string,
  ) {
    this.outputs = cell.model.outputs;
    this.outputs.add(displayData(this.unfinished(null, underWay)));
    this.outputs.changed.connect(this.watch, this);
    cell.disposed.connect(this.abandon, this);
    requestAnimationFrame(() => cell.outputArea.node.lastElementChild?.scrollIntoView({ block: 'nearest' }));
  }

  /** Saves the result. An earlier one of the same question is replaced. */
  finish(explanation: Explanation, forms: StaticResult | null): void {
    const data: IMimeBundle = { [RESULT_MIME]: explanation as unknown as PartialJSONObject };
    if (forms) {
      data['text/html'] = forms.html;
      if (forms.png !== null) data['image/png'] = forms.png;
    }
    data['text/plain'] = forms?.text ?? `${explanation.model}: ${explanation.target.label}`;
    this.write(data);
    this.leave();
    this.removeEarlier(explanation);
  }

  /** Says why there is no result. */
  fail(failure: Failure): void {
    const text = [failure.message, failure.next_step].filter(Boolean).join('\n');
    this.write(this.unfinished(failure, text));
  }

  /** Takes the output away, as if nothing had been asked. */
  remove(): void {
    const index = this.index();
    this.leave();
    if (index !== null) this.delete(index);
  }

  private unfinished(failure: Failure | null, text: string): IMimeBundle {
    const content: UnfinishedOutput = { job: this.run.job, failure };
    return { [RUN_MIME]: content as unknown as PartialJSONObject, 'text/plain': text };
  }

  /** Where our output stands now; null where it was cleared. */
  private index(): number | null {
    for (let i = 0; !this.cell.isDisposed && i < this.outputs.length; i++) {
      const content = this.outputs.get(i).data[RUN_MIME] as unknown as UnfinishedOutput | undefined;
      if (content?.job === this.run.job) return i;
    }
    return null;
  }

  /** Replaces our output; where it was cleared, it stays so. */
  private write(data: IMimeBundle): void {
    const index = this.index();
    if (index === null) return;
    this.writing = true;
    this.outputs.set(index, displayData(data));
    this.writing = false;
  }

  private removeEarlier(explanation: Explanation): void {
    const key = question(explanation);
    for (let i = this.outputs.length - 2; !this.cell.isDisposed && i >= 0; i--) {
      const { data, metadata } = this.outputs.get(i);
      const earlier = data[RESULT_MIME] as unknown as Explanation | undefined;
      if (METADATA in metadata && earlier && question(earlier) === key) this.delete(i);
    }
  }

  /** Through the shared model: JupyterLab 4.6 does not pass on the removal of a later output to what is saved. */
  private delete(index: number): void {
    this.cell.model.sharedModel.updateOutputs(index, index + 1, []);
  }

  private watch(): void {
    if (!this.writing && this.index() === null) this.abandon();
  }

  private abandon(): void {
    this.leave();
    this.run.cancel();
  }

  private leave(): void {
    this.outputs.changed.disconnect(this.watch, this);
    this.cell.disposed.disconnect(this.abandon, this);
  }
}

function displayData(data: IMimeBundle): IDisplayData {
  return { output_type: 'display_data', data, metadata: { [METADATA]: { gesture: true } } };
}

/** What was asked, as one string. */
function question({ model, sample, method, target }: Explanation): string {
  return JSON.stringify([model, sample, method, target.index, target.score]);
}
