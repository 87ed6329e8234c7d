/** Paints a map of numbers as translucent colours over a photo. */

import type { NumberMap } from './decode.js';
import { DIVERGING, SEQUENTIAL, lookupTable } from './palette.js';

export type Channel = 'signed' | 'magnitude';

/** [left, top, right, bottom] as fractions of the photo. */
export type Region = readonly number[];

const TABLES = { signed: lookupTable(DIVERGING), magnitude: lookupTable(SEQUENTIAL) };

/** Photos with fewer pixels a side are drawn as crisp squares: digits and icons would turn to fog. */
const CRISP_BELOW = 65;

/** Pixels a side of a canvas at least, so that a small photo's heatmap is not drawn at the photo's own poor detail. */
const FINE = 720;

/** Photos are dimmed to this share of their colour under a full heatmap, so that only the heatmap is vivid. */
const COLOUR_LEFT = 0.15;

/**
 * Colours of a map, one RGBA pixel per number: the palette's colour of `value / full`, and an opacity that grows
 * with it, so that the photo shows through where nothing is attributed.
 */
export function colourMap(map: NumberMap, channel: Channel, full: number): Uint8ClampedArray<ArrayBuffer> {
  const table = TABLES[channel];
  const pixels = new Uint8ClampedArray(4 * map.values.length);
  for (let i = 0; i < map.values.length; i++) {
    const strength = full > 0 ? Math.max(-1, Math.min(1, map.values[i] / full)) : 0;
    const entry = Math.round(255 * (channel === 'signed' ? (strength + 1) / 2 : Math.abs(strength)));
    pixels.set(table.subarray(3 * entry, 3 * entry + 3), 4 * i);
    pixels[4 * i + 3] = 255 * Math.sqrt(Math.abs(strength));
  }
  return pixels;
}

/** Draws the photo, greyed by `opacity`, and the map's colours on its region. Sets the canvas's size. */
export function paint(
  canvas: HTMLCanvasElement,
  photo: ImageBitmap,
  map: NumberMap,
  colours: Uint8ClampedArray<ArrayBuffer>,
  region: Region,
  opacity: number,
): void {
  const longest = Math.max(photo.width, photo.height);
  const crisp = longest < CRISP_BELOW;
  const factor = crisp ? Math.ceil(FINE / longest) : Math.max(1, FINE / longest);
  canvas.width = Math.round(photo.width * factor);
  canvas.height = Math.round(photo.height * factor);
  const context = canvas.getContext('2d')!;
  context.imageSmoothingEnabled = !crisp;
  context.imageSmoothingQuality = 'high';
  context.filter = `grayscale(${opacity * (1 - COLOUR_LEFT)})`;
  context.drawImage(photo, 0, 0, canvas.width, canvas.height);
  context.filter = 'none';
  context.globalAlpha = opacity;
  const [left, top, right, bottom] = region;
  context.drawImage(
    layer(map, colours),
    left * canvas.width,
    top * canvas.height,
    (right - left) * canvas.width,
    (bottom - top) * canvas.height,
  );
}

function layer(map: NumberMap, colours: Uint8ClampedArray<ArrayBuffer>): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = map.width;
  canvas.height = map.height;
  canvas.getContext('2d')!.putImageData(new ImageData(colours, map.width, map.height), 0, 0);
  return canvas;
}
