import { OPACITY, type Rule } from './heatmap.js';

export interface Look {
  rule: Rule;
  /** Of the heatmap over the photo, 0 to 1. */
  opacity: number;
}

let first: Look = { rule: 'magnitude', opacity: OPACITY };

/** How a heatmap looks before a person has touched its controls. */
export function firstLook(): Readonly<Look> {
  return first;
}

/** Heatmaps that are made from here on look so at first. */
export function lookAtFirst(look: Look): void {
  first = look;
}
