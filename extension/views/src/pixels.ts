/** The pixels of a map that lies on a part of a photo. */

import type { NumberMap } from './decode.js';
import type { Place } from './viewport.js';

export interface Pixel {
  x: number;
  y: number;
}

type Size = Pick<NumberMap, 'width' | 'height'>;
/** Left, top, right and bottom of the part, as fractions of the photo. */
type Region = readonly number[];

const ARROWS: Record<string, [number, number]> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
};

/** The pixel at fractions of the photo; null beside the map. */
export function pixelAt(at: Place, [left, top, right, bottom]: Region, { width, height }: Size): Pixel | null {
  const x = Math.floor(((at.x - left) / (right - left)) * width);
  const y = Math.floor(((at.y - top) / (bottom - top)) * height);
  return x >= 0 && y >= 0 && x < width && y < height ? { x, y } : null;
}

/** The middle of a pixel as fractions of the photo. */
export function middleOf({ x, y }: Pixel, [left, top, right, bottom]: Region, { width, height }: Size): Place {
  return { x: left + ((x + 0.5) / width) * (right - left), y: top + ((y + 0.5) / height) * (bottom - top) };
}

/** Where an arrow key leads from a pixel, at first from the middle; undefined for other keys. */
export function stepped(from: Pixel | null, key: string, stride: number, { width, height }: Size): Pixel | undefined {
  const move = ARROWS[key];
  if (!move) return undefined;
  const { x, y } = from ?? { x: Math.floor(width / 2), y: Math.floor(height / 2) };
  const clamp = (value: number, size: number): number => Math.min(size - 1, Math.max(0, value));
  return { x: clamp(x + stride * move[0], width), y: clamp(y + stride * move[1], height) };
}
