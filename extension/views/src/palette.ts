/**
 * The colours of every picture: the same stops as `attribution_core/palette.py`, which says where they come from (a
 * test compares the two). Equal differences of a value look equally large, and blue against orange stays apart for
 * red-green and for blue-yellow colour blindness alike.
 */

export type Rgb = readonly [red: number, green: number, blue: number];

/** From the strongest negative value through zero (the middle stop) to the strongest positive one. */
export const DIVERGING: readonly string[] = (
    '#001261 #021f69 #022b71 #023779 #034481 #045089 #0c5e92 #1b6d9b #2f7ca6 #478db1 #609dbc ' +
    '#79adc7 #92bdd2 #acccdc #c5dbe5 #dce5e9 #ece5e1 #eedacf #e9cbb9 #e2bba4 #dcab8f #d59c7b ' +
    '#cf8e68 #c97f55 #c37243 #bc6331 #b3531f #a5400e #932e06 #832106 #741506 #660a07 #590008'
).split(' ');

/** From nothing to the largest magnitude. */
export const SEQUENTIAL: readonly string[] = (
    '#000004 #040312 #0b0724 #150b37 #210c4a #2e0a5a #3c0965 #4a0c6b #57106d #63146e #70196e ' +
    '#7d1e6d #89226a #962766 #a32b61 #af315c #bb3755 #c63e4d #d14644 #db4f3b #e35932 #eb6528 ' +
    '#f1711e #f67f14 #f98d0a #fb9c06 #fcab0f #fbba1f #f9ca32 #f5d949 #f2e865 #f3f586 #fcffa4'
).split(' ');

/** For words and lines, on light and on dark pages: as far from zero as both backgrounds allow. */
export const POSITIVE = DIVERGING[24];
export const NEGATIVE = DIVERGING[8];

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
