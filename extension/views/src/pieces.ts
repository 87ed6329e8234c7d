/** A text cut into the stretches that are coloured and those between them. */

import type { TokenScore } from '@heatline/protocol';

import { CodePoints } from './codepoints.js';

export interface Piece {
  text: string;
  /** Index into the units; -1 between them. */
  index: number;
}

/** The whole text in order. A unit that overlaps the one before is left out; one of no characters shows its own text. */
export function pieces(text: string, units: readonly TokenScore[]): Piece[] {
  const points = new CodePoints(text);
  const all: Piece[] = [];
  let end = 0;
  units.forEach((unit, index) => {
    if (unit.start < end) return;
    if (unit.start > end) all.push({ text: points.slice(end, unit.start), index: -1 });
    all.push({ text: unit.start === unit.end ? unit.text : points.slice(unit.start, unit.end), index });
    end = unit.end;
  });
  if (end < points.length) all.push({ text: points.slice(end, points.length), index: -1 });
  return all;
}
