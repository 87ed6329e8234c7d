/** Columns of a row as the steps of a waterfall, from the baseline's score to the row's. */

import type { ColumnScore, Completeness, TargetScore } from '@heatline/protocol';

/** A column; several taken together; what no column accounts for; and the scores at both ends. */
export type RowKind = 'start' | 'column' | 'rest' | 'gap' | 'end';

export interface Row {
  kind: RowKind;
  /** Index into the columns; -1 for what is none. */
  index: number;
  from: number;
  to: number;
}

/** A gap is shown from this share of what the score gained. */
const GAP_FROM = 0.01;

/**
 * Rows from the column that matters most to the one that matters least. For methods along a path each begins where the
 * one before ended; for others all begin at 0. Columns beyond `most` are taken together.
 */
export function waterfall(
  columns: readonly ColumnScore[],
  target: TargetScore | null,
  completeness: Completeness | null,
  most: number,
): Row[] {
  const order = columns.map((_, index) => index);
  order.sort((a, b) => Math.abs(columns[b].score) - Math.abs(columns[a].score));
  const shown = order.length > most ? order.slice(0, most - 1) : order;
  const steps: { kind: RowKind; index: number; score: number }[] = shown.map((index) => ({
    kind: 'column',
    index,
    score: columns[index].score,
  }));
  const rest = order.slice(shown.length);
  if (rest.length > 0) {
    steps.push({ kind: 'rest', index: -1, score: rest.reduce((sum, index) => sum + columns[index].score, 0) });
  }
  const start = completeness ? (target?.baseline_value ?? null) : null;
  if (start === null || !target || !completeness) {
    return steps.map(({ kind, index, score }) => ({ kind, index, from: 0, to: score }));
  }
  const gap = completeness.expected - completeness.total;
  const largest = Math.max(Math.abs(completeness.expected), ...steps.map(({ score }) => Math.abs(score)));
  if (Math.abs(gap) > GAP_FROM * largest) steps.push({ kind: 'gap', index: -1, score: gap });
  let at = start;
  const rows: Row[] = [{ kind: 'start', index: -1, from: at, to: at }];
  for (const { kind, index, score } of steps) {
    rows.push({ kind, index, from: at, to: at + score });
    at += score;
  }
  rows.push({ kind: 'end', index: -1, from: target.value, to: target.value });
  return rows;
}

/** Where on a line a value lies, as a share of the way from the least to the largest of all. */
export function placer(rows: readonly Row[]): (value: number) => number {
  const ends = rows.flatMap(({ from, to }) => [from, to]);
  const lower = Math.min(...ends);
  const width = Math.max(...ends) - lower || 1;
  return (value) => (value - lower) / width;
}
