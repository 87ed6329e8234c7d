/**
 * The colours of every picture: the same stops as `attribution_core/palette.py` (a test compares them).
 *
 * Both maps were drawn in OKLab: lightness changes in equal steps, so that equal differences of a value look
 * equally large. Blue against orange stays apart for red-green and for blue-yellow colour blindness alike.
 */

export type Rgb = readonly [red: number, green: number, blue: number];

/** From the strongest negative value through zero (the middle stop) to the strongest positive one. */
export const DIVERGING: readonly string[] = [
  '#0259c1',
  '#3879d6',
  '#6598e3',
  '#92b7ef',
  '#bfd6f7',
  '#f3f3f3',
  '#f3c9ba',
  '#e7a28a',
  '#d87a5c',
  '#c6502d',
  '#a82c00',
];

/** From nothing to the largest magnitude. */
export const SEQUENTIAL: readonly string[] = [
  '#0a0710',
  '#34073c',
  '#67014f',
  '#9c004d',
  '#c92e3a',
  '#e56321',
  '#ee9a40',
  '#eccc8b',
  '#f3f3e4',
];

/** Reads `#rrggbb`. */
export function parseHex(hex: string): Rgb {
  return [1, 3, 5].map((start) => parseInt(hex.slice(start, start + 2), 16)) as unknown as Rgb;
}

/** A colour at `position` in [0, 1], interpolated between evenly spaced stops. */
export function colourAt(stops: readonly string[], position: number): Rgb {
  const place = Math.min(1, Math.max(0, position)) * (stops.length - 1);
  const left = Math.min(Math.floor(place), stops.length - 2);
  const [from, to] = [parseHex(stops[left]), parseHex(stops[left + 1])];
  return from.map((channel, i) => Math.round(channel + (to[i] - channel) * (place - left))) as unknown as Rgb;
}
