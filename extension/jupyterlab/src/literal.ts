/** Which words of a cell's program text an explanation colours, now and when the notebook is opened again. */

import type { Explanation, Located } from '@heatline/protocol';
import { fullStrength } from '@heatline/views';

import type { ColouredWord } from './colours.js';
import type { Session } from './kernel/session.js';
import type { ColouredLiteral } from './unfinished.js';

/** The strength at which a colour is full: of this share of the words none is stronger, in percent. */
const PERCENTILE = 100;

/** Asks where the picture's words stand in the literal that was explained; null where there is none. */
export async function colouredLiteral(
  session: Session,
  source: string,
  offset: number,
  located: Located,
  { picture }: Explanation,
): Promise<ColouredLiteral | null> {
  if (located.kind !== 'string' || picture.kind !== 'text') return null;
  const spans = picture.words.map(({ start, end }) => ({ start, end }));
  const { ranges } = await session.request('heatline/inlineAttributions', { source, offset, spans });
  return {
    source: source.slice(located.start, located.end),
    ranges: ranges.map(({ span, start, end }) => ({ word: span, start: start - located.start, end: end - located.start })),
  };
}

/**
 * The words with their colours in a program text; none where the literal no longer stands there.
 *
 * @param near Of several equal literals, the one that starts here.
 */
export function colouredWords(
  text: string,
  literal: ColouredLiteral,
  { picture, target }: Explanation,
  near = text.indexOf(literal.source),
): ColouredWord[] {
  if (picture.kind !== 'text' || !literal.source || !text.startsWith(literal.source, near)) return [];
  const full = fullStrength(picture.words.map(({ score }) => score), PERCENTILE) || 1;
  return literal.ranges.flatMap(({ word, start, end }) => {
    const found = picture.words[word];
    if (!found || !(0 <= start && start < end && end <= literal.source.length)) return [];
    const { text: written, score } = found;
    return { from: near + start, to: near + end, text: written, score, label: target.label, strength: score / full };
  });
}
