/** Lines over the scale of a path: where their points lie, and where their names have room. */

/** The least and the largest value of a plot. */
export interface Span {
  lower: number;
  upper: number;
}

/** A span that holds all values; `fromZero` for areas, which stand on 0. */
export function spanOf(values: readonly number[], fromZero: boolean): Span {
  let [lower, upper] = fromZero ? [0, 0] : [Infinity, -Infinity];
  for (const value of values) {
    lower = Math.min(lower, value);
    upper = Math.max(upper, value);
  }
  if (!(upper > lower)) return { lower: Number.isFinite(lower) ? lower : 0, upper: (Number.isFinite(lower) ? lower : 0) + 1 };
  return { lower, upper };
}

/** How far below the top of a plot a value lies, as a share of its height. */
export function depth(value: number, { lower, upper }: Span): number {
  return (upper - value) / (upper - lower);
}

/** The points of a line in a plot of 100 x 100, as SVG writes them. */
export function points(scales: readonly number[], values: readonly number[], span: Span): string {
  return scales.map((scale, i) => `${round(100 * scale)},${round(100 * depth(values[i], span))}`).join(' ');
}

/** The area between a line and 0. */
export function area(scales: readonly number[], values: readonly number[], span: Span): string {
  const floor = round(100 * depth(0, span));
  const [first, last] = [round(100 * scales[0]), round(100 * scales[scales.length - 1])];
  return `${first},${floor} ${points(scales, values, span)} ${last},${floor}`;
}

/** Places moved until each is at least `gap` from the next, as little as that takes, within 0 and `height`. */
export function apart(places: readonly number[], gap: number, height: number): number[] {
  const order = places.map((_, i) => i).sort((a, b) => places[a] - places[b]);
  const moved = order.map((i) => places[i]);
  for (let round = 0; round < 60; round++) {
    let settled = true;
    if (moved.length > 0) {
      moved[0] = Math.max(0, moved[0]);
      moved[moved.length - 1] = Math.min(height, moved[moved.length - 1]);
    }
    for (let i = 0; i + 1 < moved.length; i++) {
      const lacking = gap - (moved[i + 1] - moved[i]);
      if (lacking <= 0.01) continue;
      moved[i] -= lacking / 2;
      moved[i + 1] += lacking / 2;
      settled = false;
    }
    if (settled) break;
  }
  const result = new Array<number>(places.length);
  order.forEach((i, k) => (result[i] = moved[k]));
  return result;
}

/** The value at a scale, on the straight line between its neighbours. */
export function valueAt(scales: readonly number[], values: readonly number[], scale: number): number {
  const found = scales.findIndex((other) => other >= scale);
  const right = found < 0 ? scales.length - 1 : found;
  const left = Math.max(0, right - 1);
  const width = scales[right] - scales[left];
  const share = width > 0 ? Math.min(1, Math.max(0, (scale - scales[left]) / width)) : 1;
  return values[left] + share * (values[right] - values[left]);
}

/** The scale from which on the score has made `share` of its way; null for a score that goes nowhere. */
export function reached(scales: readonly number[], scores: readonly number[], share: number): number | null {
  const [first, last] = [scores[0], scores[scores.length - 1]];
  if (first === last) return null;
  for (let i = scores.length - 1; i >= 0; i--) {
    if ((scores[i] - first) / (last - first) < share) return scales[Math.min(i + 1, scales.length - 1)];
  }
  return scales[0];
}

/** The index of the scale nearest to one that was pointed at. */
export function nearest(scales: readonly number[], scale: number): number {
  let best = 0;
  scales.forEach((other, i) => {
    if (Math.abs(other - scale) < Math.abs(scales[best] - scale)) best = i;
  });
  return best;
}

function round(value: number): number {
  return Math.round(100 * value) / 100;
}
