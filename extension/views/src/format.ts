/** Numbers as people read them. */

import type { Score } from '@heatline/protocol';

const MINUS = '\u2212';

/** Three significant digits, with a true minus sign. */
export function number(value: number): string {
  if (value === 0) return '0';
  const size = Math.abs(value);
  const text = size >= 1e5 || size < 1e-4 ? size.toExponential(1) : String(Number(size.toPrecision(3)));
  return (value < 0 ? MINUS : '') + text.replace('e-', `e${MINUS}`).replace('e+', 'e');
}

/** As `number`, with a plus sign in front of what is above zero. */
export function signed(value: number): string {
  return (value > 0 ? '+' : '') + number(value);
}

/** A share in [0, 1] in percent: `93.4 %`, `0.05 %`, `< 0.01 %`; never `100 %` for less. */
export function percent(share: number): string {
  const value = 100 * share;
  if (value === 0) return '0 %';
  const size = Math.abs(value);
  if (size < 0.01) return '< 0.01 %';
  if (size > 99.99 && size < 100) return '> 99.99 %';
  const digits = size === 100 ? 0 : size >= 1 && size < 99.95 ? 1 : 2;
  return `${value < 0 ? MINUS : ''}${size.toFixed(digits)} %`;
}

/** A score as people read it: probabilities in percent. */
export function written(kind: Score | undefined, score: number): string {
  return kind === 'probability' ? percent(score) : number(score);
}

export function seconds(value: number): string {
  if (value < 0.0995) return `${Math.max(1, Math.round(1000 * value))} ms`;
  if (value < 9.95) return `${value.toFixed(1)} s`;
  if (value < 90) return `${Math.round(value)} s`;
  return `${Math.round(value / 60)} min`;
}
