/** A text that a person has selected in rendered Markdown or in printed output. */

import { fullStrength } from '@heatline/views';

import type { MarkedRange } from './marks.js';

/** Where texts stand that are no program: rendered Markdown, and what a cell has printed. */
export const RENDERED = '.jp-RenderedMarkdown, .jp-RenderedText';

export interface SelectedText {
  text: string;
  /** Where it stands, for as long as it is shown. */
  pieces: { node: Text; start: number; end: number }[];
}

/** A text and the scores of its words, whose places are in code points. */
export interface ScoredText {
  text: string;
  words: readonly { start: number; end: number; score: number }[];
}

/** Null where nothing is selected, or not within one rendered text. */
export function selectedText(selection: Selection | null): SelectedText | null {
  if (!selection || selection.rangeCount === 0 || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  const within = elementOf(range.commonAncestorContainer)?.closest(RENDERED);
  if (!within) return null;
  const pieces = textNodes(within).flatMap((node) => {
    if (!range.intersectsNode(node)) return [];
    const start = node === range.startContainer ? range.startOffset : 0;
    const end = node === range.endContainer ? range.endOffset : node.length;
    return start < end ? [{ node, start, end }] : [];
  });
  const text = pieces.map(({ node, start, end }) => node.data.slice(start, end)).join('');
  return text.trim() ? { text, pieces } : null;
}

/** A text, as if it were selected; null where it does not stand within the element. */
export function textWithin(within: Element, text: string): SelectedText | null {
  const nodes = textNodes(within);
  const first = nodes.map(({ data }) => data).join('').indexOf(text);
  if (first < 0) return null;
  let before = 0;
  const pieces = nodes.flatMap((node) => {
    const start = Math.max(0, first - before);
    const end = Math.min(node.length, first + text.length - before);
    before += node.length;
    return start < end ? [{ node, start, end }] : [];
  });
  return { text, pieces };
}

/** Where the picture's words stand in the selected text. */
export function markedWords({ text, pieces }: SelectedText, scored: ScoredText): MarkedRange[] {
  if (scored.text !== text) return [];
  const full = fullStrength(scored.words.map(({ score }) => score), 100) || 1;
  const points = codePoints(text);
  return scored.words.flatMap(({ start, end, score }) => {
    const [from, to] = [place(pieces, points[start]), place(pieces, points[end], true)];
    if (!from || !to || start >= end) return [];
    const range = document.createRange();
    range.setStart(from.node, from.offset);
    range.setEnd(to.node, to.offset);
    return [{ range, strength: score / full }];
  });
}

function textNodes(within: Element): Text[] {
  const walker = document.createTreeWalker(within, NodeFilter.SHOW_TEXT);
  const nodes: Text[] = [];
  while (walker.nextNode()) nodes.push(walker.currentNode as Text);
  return nodes;
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
