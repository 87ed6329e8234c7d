/** How values become strengths of colour. */

/** Values beyond this share of all are drawn as the strongest: a few outliers must not darken the rest. */
export const PERCENTILE = 99.5;

/** The smallest magnitude that at least `percentile` % of the magnitudes do not exceed; 0 for no values. */
export function percentile(values: ArrayLike<number>, percent: number): number {
  const sorted = Float64Array.from(values, Math.abs).sort();
  if (sorted.length === 0) return 0;
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1))];
}

/** The magnitude drawn at full strength: the percentile, or the maximum where that is 0. */
export function fullStrength(values: ArrayLike<number>, percent: number): number {
  return percentile(values, percent) || percentile(values, 100);
}

export function sumOfMagnitudes(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += Math.abs(values[i]);
  return sum;
}

/** Sum of magnitudes in each cell of a `rows` x `columns` grid, as shares of the whole. */
export function gridShares(
  values: ArrayLike<number>,
  width: number,
  height: number,
  rows: number,
  columns: number,
): number[][] {
  const total = sumOfMagnitudes(values) || 1;
  const shares = Array.from({ length: rows }, () => new Array<number>(columns).fill(0));
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      shares[Math.floor((y * rows) / height)][Math.floor((x * columns) / width)] +=
        Math.abs(values[y * width + x]) / total;
    }
  }
  return shares;
}
