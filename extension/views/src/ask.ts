/** What a person can ask for from within a picture; a host that answers sets `canAsk` on the result. */

import type { ClassScore, Method, Score } from '@heatline/protocol';

/** Another explanation of the same sample: what is to differ from the one that is shown. */
export interface Ask {
  method?: Method;
  /** A class; two for the difference between the first and the second. */
  target?: ClassScore['index'] | [ClassScore['index'], ClassScore['index']];
  score?: Score;
  baseline?: string;
  steps?: number;
}

/** The event by which an element asks its host. */
export const ASK = 'heatline-ask';

export function ask(from: EventTarget, detail: Ask): void {
  from.dispatchEvent(new CustomEvent<Ask>(ASK, { detail, bubbles: true, composed: true }));
}
