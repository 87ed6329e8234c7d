import type { Explanation } from '@heatline/protocol';

import type { Failure } from './result.js';
import { words } from './words.js';

/** Whether data from somewhere (a notebook's output) has the least that the views rely on. */
export function isExplanation(data: unknown): data is Explanation {
  const { picture, target, classes, notes } = (data ?? {}) as Partial<Explanation>;
  const known = picture?.kind === 'image' || picture?.kind === 'text' || picture?.kind === 'tabular';
  return known && typeof target?.label === 'string' && Array.isArray(classes) && Array.isArray(notes);
}

/** What is shown in the place of data that is no explanation. */
export function unreadable(): Failure {
  return { message: words.unreadable, next_step: words.explainAgain };
}
