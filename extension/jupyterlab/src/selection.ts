/** A text that a person has selected in rendered Markdown or in printed output. */

import type { Explanation } from '@heatline/protocol';
import { fullStrength } from '@heatline/views';

import type { MarkedRange } from './marks.js';

const RENDERED = '.jp-RenderedMarkdown, .jp-RenderedText';

export interface SelectedText {
  text: string;
  /** Where it stands, for as long as it is shown. */
  pieces: { node: Text; start: number; end: number }[];
}

/** Null where nothing is selected, or not within one rendered text. */
export function selectedText(selection: Selection | null): SelectedText | null {
  if (!selection || selection.rangeCount === 0 || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  const within = elementOf(range.commonAncestorContainer)?.closest(RENDERED);
  if (!within) return null;
  const pieces: SelectedText['pieces'] = [];
  const walker = document.createTreeWalker(within, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode() as Text | null; node; node = walker.nextNode() as Text | null) {
    if (!range.intersectsNode(node)) continue;
    const start = node === range.startContainer ? range.startOffset : 0;
    const end = node === range.endContainer ? range.endOffset : node.length;
    if (start < end) pieces.push({ node, start, end });
  }
  const text = pieces.map(({ node, start, end }) => node.data.slice(start, end)).join('');
  return text.trim() ? { text, pieces } : null;
}

/** Where the picture's words stand in the selected text. */
export function markedWords({ text, pieces }: SelectedText, { picture }: Explanation): MarkedRange[] {
  if (picture.kind !== 'text' || picture.text !== text) return [];
  const full = fullStrength(picture.words.map(({ score }) => score), 100) || 1;
  const points = codePoints(text);
  return picture.words.flatMap(({ start, end, score }) => {
    const [from, to] = [place(pieces, points[start]), place(pieces, points[end], true)];
    if (!from || !to || start >= end) return [];
    const range = document.createRange();
    range.setStart(from.node, from.offset);
    range.setEnd(to.node, to.offset);
    return [{ range, strength: score / full }];
  });
}

function elementOf(node: Node): Element | null {
  return node instanceof Element ? node : node.parentElement;
}

/** For each code point, and for the end, its place in UTF-16 code units. */
function codePoints(text: string): number[] {
  const places = [0];
  for (const point of text) places.push(places[places.length - 1] + point.length);
  return places;
}

/** A place in the whole text as one in a node; the end of a word belongs to the node before. */
function place(pieces: SelectedText['pieces'], at: number, isEnd = false): { node: Text; offset: number } | null {
  let before = 0;
  for (const { node, start, end } of pieces) {
    const length = end - start;
    if (at < before + length || (isEnd && at === before + length)) return { node, offset: start + at - before };
    before += length;
  }
  return null;
}
