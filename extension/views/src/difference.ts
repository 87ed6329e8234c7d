/** What two explanations of one sample have different. */

import type { EncodedArray, Explanation, ImagePicture, Picture, TextPicture, TokenScore } from '@heatline/protocol';

import { decodeMap } from './decode.js';
import { sumOfMagnitudes } from './scale.js';

/**
 * Two pictures whose scores have a common unit are subtracted as they are; else each as shares of its own sum, and
 * where one is a sensitivity, whose sign says something else than that of a contribution, as shares of sizes.
 */
export type Unit = 'score' | 'share' | 'size';

export interface Difference {
  picture: Picture;
  unit: Unit;
}

/** The first less the second; undefined where they are not of one sample. */
export function difference(first: Explanation, second: Explanation): Difference | undefined {
  const unit = isComparable(first, second) ? 'score' : contributes(first) && contributes(second) ? 'share' : 'size';
  const picture = subtracted(first.picture, second.picture, unit);
  return picture && { picture, unit };
}

/** Attributions of methods that add up to one kind of score have its unit; plain gradients have others. */
function isComparable(first: Explanation, second: Explanation): boolean {
  return (
    first.target.score === second.target.score &&
    (first.method === second.method || (first.completeness !== null && second.completeness !== null))
  );
}

/** Whether its scores are contributions, whose sums mean something. */
function contributes({ method, completeness }: Explanation): boolean {
  return completeness !== null || method === 'input-x-gradient';
}

function subtracted(first: Picture, second: Picture, unit: Unit): Picture | undefined {
  if (first.kind === 'image' && second.kind === 'image') return subtractedImages(first, second, unit);
  if (first.kind === 'text' && second.kind === 'text') return subtractedTexts(first, second, unit);
  if (first.kind === 'tabular' && second.kind === 'tabular') {
    const scores = subtractedNumbers(scoresOf(first.columns), scoresOf(second.columns), unit);
    return scores && { ...first, columns: first.columns.map((column, i) => ({ ...column, score: scores[i] })) };
  }
  return undefined;
}

function subtractedImages(first: ImagePicture, second: ImagePicture, unit: Unit): ImagePicture | undefined {
  const own = unit === 'size' ? 'magnitude' : 'signed';
  const signed = subtractedNumbers(decodeMap(first[own]).values, decodeMap(second[own]).values, unit);
  const size = subtractedNumbers(decodeMap(first.magnitude).values, decodeMap(second.magnitude).values, unit);
  if (!signed || !size) return undefined;
  const { shape } = first.signed;
  return { ...first, signed: encode(shape, signed), magnitude: encode(shape, size.map(Math.abs)) };
}

function subtractedTexts(first: TextPicture, second: TextPicture, unit: Unit): TextPicture | undefined {
  const less = (a: TokenScore[], b: TokenScore[]): TokenScore[] | undefined => {
    const scores = subtractedNumbers(scoresOf(a), scoresOf(b), unit);
    return scores && a.map((token, i) => ({ ...token, score: scores[i] }));
  };
  const [words, tokens] = [less(first.words, second.words), less(first.tokens, second.tokens)];
  return words && tokens && { ...first, words, tokens };
}

function scoresOf(units: readonly { score: number }[]): Float32Array {
  return Float32Array.from(units, ({ score }) => score);
}

function subtractedNumbers(first: Float32Array, second: Float32Array, unit: Unit): Float32Array | undefined {
  if (first.length !== second.length) return undefined;
  const [a, b] = unit === 'score' ? [1, 1] : [sumOfMagnitudes(first) || 1, sumOfMagnitudes(second) || 1];
  const size = unit === 'size' ? Math.abs : (value: number): number => value;
  return first.map((value, i) => size(value) / a - size(second[i]) / b);
}

/** As the protocol has it, so that the same elements draw it. */
function encode(shape: number[], values: Float32Array): EncodedArray {
  const largest = values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const scale = largest / 32767 || 1;
  const bytes = new DataView(new ArrayBuffer(2 * values.length));
  values.forEach((value, i) => bytes.setInt16(2 * i, Math.round(value / scale), true));
  let binary = '';
  for (let i = 0; i < bytes.byteLength; i++) binary += String.fromCharCode(bytes.getUint8(i));
  return { dtype: 'int16', shape, scale, data: btoa(binary) };
}
