/** Smooths a map for the eye: single pixels of an attribution are too fine a grain to see where it lies. */

import type { NumberMap } from './decode.js';

/** Below this the nearest neighbours weigh almost nothing. */
const NARROWEST = 0.5;

/** Gaussian of standard deviation `sigma` pixels. Weights at the border are those inside, normalised: no dark rim. */
export function blur(map: NumberMap, sigma: number): NumberMap {
  if (sigma < NARROWEST) return map;
  const radius = Math.ceil(3 * sigma);
  const weights = Float32Array.from({ length: radius + 1 }, (_, i) => Math.exp(-0.5 * (i / sigma) ** 2));
  const { width, height } = map;
  const rows = along(map.values, width, height, width, 1, weights);
  const values = along(rows, height, width, 1, width, weights);
  return { width, height, values };
}

/** One direction: `count` lines of `length` numbers, `line` apart, each number `step` after the one before. */
function along(
  values: Float32Array,
  length: number,
  count: number,
  line: number,
  step: number,
  weights: Float32Array,
): Float32Array {
  const result = new Float32Array(values.length);
  const radius = weights.length - 1;
  for (let i = 0; i < length; i++) {
    const [from, to] = [Math.max(0, i - radius), Math.min(length - 1, i + radius)];
    let total = 0;
    for (let j = from; j <= to; j++) total += weights[Math.abs(i - j)];
    for (let n = 0; n < count; n++) {
      let sum = 0;
      for (let j = from; j <= to; j++) sum += weights[Math.abs(i - j)] * values[n * line + j * step];
      result[n * line + i * step] = sum / total;
    }
  }
  return result;
}
