/** One output below a code cell, from the first progress to the saved result. */

import { type Explanation, RESULT_MIME, type StaticResult } from '@heatline/protocol';
import { type Failure, isExplanation } from '@heatline/views';
import type { CodeCell } from '@jupyterlab/cells';
import type { IDisplayData, IMimeBundle } from '@jupyterlab/nbformat';
import type { IOutputAreaModel } from '@jupyterlab/outputarea';
import type { IOutputModel } from '@jupyterlab/rendermime';
import type { PartialJSONObject } from '@lumino/coreutils';
import type { Widget } from '@lumino/widgets';

import { announce, awarenessOf } from './elsewhere.js';
import type { Run } from './runs.js';
import { type ColouredLiteral, RUN_MIME, type UnfinishedOutput } from './unfinished.js';

/** The key of our entry in an output's metadata; its value names the question. Outputs of the cell's code have none. */
const METADATA = 'heatline';
/** Pixels of an output that a person must be able to see: its progress and the way to cancel. */
const HEAD = 140;

export class ExplanationOutput {
  private readonly outputs: IOutputAreaModel;
  private question = '';
  /** Earlier answers to the question, hidden while it is asked again. */
  private readonly aside: Widget[] = [];
  private readonly withdraw: () => void;
  private writing = false;

  /**
   * Adds the output; it draws what `run` says. A person who clears it, or runs the cell again, cancels the run.
   *
   * @param replaced The job of an answer that this one takes the place of.
   */
  constructor(
    private readonly cell: CodeCell,
    private readonly run: Run,
    underWay: string,
    private readonly replaced: string | null = null,
  ) {
    this.outputs = cell.model.outputs;
    this.withdraw = announce(awarenessOf(cell), run.job);
    this.deleteEarlier(({ data }) => unfinishedOutput(data)?.failure != null);
    const first = !this.earlier().some(({ metadata }) => METADATA in metadata);
    this.outputs.add(this.displayData(this.unfinished(null, underWay)));
    this.outputs.changed.connect(this.watch, this);
    cell.disposed.connect(this.abandon, this);
    if (first) this.reveal();
  }

  /** Says what is asked, now that it is known: an earlier answer to the same question steps aside. */
  asks(question: string): void {
    this.question = question;
    this.earlier().forEach((output, i) => {
      if (this.isAnswer(output)) this.aside.push(this.cell.outputArea.widgets[i]);
    });
    this.aside.forEach((widget) => widget.hide());
    this.reveal();
  }

  /** There is an earlier answer to the question. */
  get isRepeated(): boolean {
    return this.aside.length > 0;
  }

  /** Saves the result, in the place of an earlier one. */
  finish(explanation: Explanation, forms: StaticResult | null, coloured: ColouredLiteral | null): void {
    const data: IMimeBundle = {
      ...this.unfinished(null, '', coloured),
      [RESULT_MIME]: explanation as unknown as PartialJSONObject,
    };
    if (forms) {
      data['text/html'] = forms.html;
      if (forms.png !== null) data['image/png'] = forms.png;
    }
    data['text/plain'] = forms?.text ?? `${explanation.model}: ${explanation.target.label}`;
    if (this.index() !== null) this.deleteEarlier((output) => this.isAnswer(output));
    this.write(data);
    this.leave();
  }

  /** Says why there is no result. */
  fail(failure: Failure): void {
    const text = [failure.message, failure.next_step].filter(Boolean).join('\n');
    this.write(this.unfinished(failure, text));
    this.restore();
    this.leave();
  }

  /** Takes the output away, as if nothing had been asked. */
  remove(): void {
    const index = this.index();
    this.restore();
    this.leave();
    if (index !== null) this.delete(index);
  }

  private restore(): void {
    this.aside.filter((widget) => !widget.isDisposed).forEach((widget) => widget.show());
  }

  private isAnswer({ data, metadata }: IOutputModel): boolean {
    if (!(RESULT_MIME in data)) return false;
    const job = unfinishedOutput(data)?.job;
    return metadata[METADATA] === this.question || (job !== undefined && job === this.replaced);
  }

  private unfinished(failure: Failure | null, text: string, coloured: ColouredLiteral | null = null): IMimeBundle {
    const content: UnfinishedOutput = { job: this.run.job, failure, coloured };
    return { [RUN_MIME]: content as unknown as PartialJSONObject, 'text/plain': text };
  }

  /** Where our output stands now; null where it was cleared. */
  private index(): number | null {
    for (let i = 0; !this.cell.isDisposed && i < this.outputs.length; i++) {
      if (unfinishedOutput(this.outputs.get(i).data)?.job === this.run.job) return i;
    }
    return null;
  }

  /** Replaces our output; where it was cleared, it stays so. */
  private write(data: IMimeBundle): void {
    const index = this.index();
    if (index === null) return;
    this.writing = true;
    if (index === this.outputs.length - 1) {
      this.outputs.set(index, this.displayData(data));
    } else {
      // Other pages of the document put last what takes the place of an output: all are to have one order.
      this.delete(index);
      this.outputs.add(this.displayData(data));
    }
    this.writing = false;
  }

  private displayData(data: IMimeBundle): IDisplayData {
    return { output_type: 'display_data', data, metadata: { [METADATA]: this.question } };
  }

  /** The outputs that stood here before ours. */
  private earlier(): IOutputModel[] {
    const end = this.index() ?? this.outputs.length;
    return Array.from({ length: end }, (_, i) => this.outputs.get(i));
  }

  private deleteEarlier(unwanted: (output: IOutputModel) => boolean): void {
    const doomed = this.earlier().map(unwanted);
    for (let i = doomed.length - 1; i >= 0; i--) if (doomed[i]) this.delete(i);
  }

  /** Through the shared model: JupyterLab 4.6 does not pass on the removal of a later output to what is saved. */
  private delete(index: number): void {
    this.cell.model.sharedModel.updateOutputs(index, index + 1, []);
  }

  /** Scrolls so far that the head of our output can be seen, once it has been laid out. */
  private reveal(): void {
    requestAnimationFrame(() => {
      const index = this.index();
      const node = index === null ? undefined : this.cell.outputArea.widgets[index]?.node;
      const pane = node?.closest('.jp-WindowedPanel-outer, .jp-Notebook');
      if (!node || !pane) return;
      const hidden = node.getBoundingClientRect().top + HEAD - pane.getBoundingClientRect().bottom;
      if (hidden > 0) pane.scrollBy({ top: hidden });
    });
  }

  private watch(): void {
    if (!this.writing && this.index() === null) this.abandon();
  }

  private abandon(): void {
    this.leave();
    this.run.cancel();
  }

  private leave(): void {
    this.withdraw();
    this.outputs.changed.disconnect(this.watch, this);
    this.cell.disposed.disconnect(this.abandon, this);
  }
}

function unfinishedOutput(data: IOutputModel['data']): UnfinishedOutput | undefined {
  return data[RUN_MIME] as unknown as UnfinishedOutput | undefined;
}

/** A saved explanation whose words were coloured in its cell. */
export interface ColouredOutput {
  job: string;
  explanation: Explanation;
  literal: ColouredLiteral;
}

/**
 * The last one of a cell; null where there is none.
 *
 * @param job Only the output of this job.
 */
export function colouredOutput(outputs: IOutputAreaModel, job?: string): ColouredOutput | null {
  for (let i = outputs.length - 1; i >= 0; i--) {
    const found = colouredIn(outputs.get(i));
    if (found && (job === undefined || found.job === job)) return found;
  }
  return null;
}

/** Null for any other output. */
export function colouredIn(output: IOutputModel): ColouredOutput | null {
  if (output.type !== 'display_data') return null;
  const { data } = output;
  const explanation: unknown = data[RESULT_MIME];
  const { job, coloured } = unfinishedOutput(data) ?? {};
  return job && coloured && isExplanation(explanation) ? { job, explanation, literal: coloured } : null;
}
