import type { Ask } from '@heatline/views';
import { Token } from '@lumino/coreutils';
import type { ISignal } from '@lumino/signaling';

import type { Answer } from '../answer.js';
import type { Target } from '../explainer.js';
import type { Run } from '../runs.js';

/** What a person wants of the answer that the panel shows. */
export type Wish =
  | { kind: 'ask'; answer: Answer; how: Ask }
  | { kind: 'compare'; answer: Answer }
  | { kind: 'export'; answer: Answer }
  | { kind: 'copy'; answer: Answer };

export interface ResultPanels {
  /** Shows a run in the side panel, which comes to the front. A run that it showed before is cancelled. */
  begin(run: Run): Target;
  /** Remembers an answer that is shown elsewhere: one can step to it. */
  keep(answer: Answer): void;
  readonly wished: ISignal<ResultPanels, Wish>;
}

export const IResultPanels = new Token<ResultPanels>(
  '@heatline/jupyterlab:IResultPanels',
  'The side panel with explanations.',
);
