/** Draws a result of any kind, its progress and its failure, with the elements that all front ends share. */

import {
  ASK,
  type Ask,
  type HeatlineAverage,
  type HeatlineComparison,
  type HeatlineResult,
  createAverage,
  createComparison,
  createResult,
} from '@heatline/views';

import { NOTHING, type RunState } from './runs.js';

export class ResultView {
  readonly node = document.createElement('div');
  private readonly result: HeatlineResult = createResult(document);
  private comparison: HeatlineComparison | null = null;
  private average: HeatlineAverage | null = null;
  private state = NOTHING;
  private live = false;

  constructor(on: { cancel: () => void; ask: (how: Ask) => void }) {
    this.node.append(this.result);
    this.node.addEventListener('heatline-cancel', on.cancel);
    this.node.addEventListener(ASK, (event) => on.ask((event as CustomEvent<Ask>).detail));
  }

  draw(state: RunState): void {
    this.state = state;
    const { result, progress, failure } = state;
    const explanation = result?.kind === 'explain' ? result.explanation : null;
    const expected = result === null || explanation ? '' : 'nothing';
    Object.assign(this.result, { explanation, progress, failure, expected });
    if (result?.kind === 'compare') {
      this.comparison ??= this.added(createComparison(document));
      this.comparison.explanations = result.explanations;
    }
    if (result?.kind === 'average') {
      this.average ??= this.added(createAverage(document));
      this.average.average = result.average;
    }
    if (this.comparison) this.comparison.hidden = result?.kind !== 'compare';
    if (this.average) this.average.hidden = result?.kind !== 'average';
    this.enable();
  }

  /** Whether somebody can answer what is asked within the picture. */
  set canAsk(live: boolean) {
    this.live = live;
    this.enable();
  }

  get complete(): Promise<boolean> {
    return this.result.updateComplete;
  }

  private enable(): void {
    this.result.canAsk = this.live && this.state.result?.kind === 'explain' && this.state.progress === null;
  }

  private added<View extends HTMLElement>(view: View): View {
    this.node.append(view);
    return view;
  }
}
