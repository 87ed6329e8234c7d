/** The coloured words of rendered Markdown and of printed output: they are kept in the metadata of their cell. */

import type { Explanation } from '@heatline/protocol';
import type { Cell } from '@jupyterlab/cells';
import type { PartialJSONObject } from '@lumino/coreutils';

import type { MarkedRange } from './marks.js';
import { RENDERED, type ScoredText, markedWords, textWithin } from './selection.js';

/** Of our entry in the metadata of a cell. */
const KEY = 'heatline';

/** Saves the words of an explained text with the cell that it stands in. */
export function keepWords(cell: Cell, { picture }: Explanation): void {
  if (picture.kind !== 'text') return;
  const words = picture.words.map(({ start, end, score }) => ({ start, end, score }));
  const kept: ScoredText = { text: picture.text, words };
  cell.model.setMetadata(KEY, kept as unknown as PartialJSONObject);
}

/** Calls `show` with the words that were kept, as soon as the text stands on the page; never where it was changed. */
export function whenRendered(cell: Cell, show: (words: MarkedRange[]) => void): void {
  const kept: unknown = cell.model.getMetadata(KEY);
  if (!isScoredText(kept)) return;
  const look = (): boolean => {
    for (const rendered of cell.node.querySelectorAll(RENDERED)) {
      const found = textWithin(rendered, kept.text);
      if (!found) continue;
      show(markedWords(found, kept));
      return true;
    }
    return false;
  };
  if (look()) return;
  // Cells are rendered when they are scrolled to.
  const observer = new MutationObserver(() => look() && observer.disconnect());
  observer.observe(cell.node, { childList: true, subtree: true });
  cell.disposed.connect(() => observer.disconnect());
}

function isScoredText(value: unknown): value is ScoredText {
  const { text, words } = (value ?? {}) as Partial<ScoredText>;
  if (typeof text !== 'string' || !text || !Array.isArray(words)) return false;
  return words.every(({ start, end, score }) => [start, end, score].every(Number.isFinite));
}
