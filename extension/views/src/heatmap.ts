/** Paints a map of numbers as translucent colours over a photo. */

import type { NumberMap } from './decode.js';
import { DIVERGING, colourAt } from './palette.js';
import { PALETTES, type PaletteName, paletteInUse } from './palettes.js';

export type Channel = 'signed' | 'magnitude';

/** How a pixel's channels become one number: added up with their signs, as sizes, or the size of what is left. */
export type Rule = 'signed' | 'magnitude' | 'net';

/** The colours of a rule's numbers. */
export const CHANNEL: Record<Rule, Channel> = { signed: 'signed', magnitude: 'magnitude', net: 'magnitude' };

/** The maps that the two of a picture stand for. */
export function mapsOf(signed: NumberMap, magnitude: NumberMap): Record<Rule, NumberMap> {
  return { signed, magnitude, net: { ...signed, values: signed.values.map(Math.abs) } };
}

/** [left, top, right, bottom] as fractions of the photo. */
export type Region = readonly number[];

/** Photos of fewer pixels a side are drawn as crisp squares: digits and icons would turn to fog. */
const CRISP_BELOW = 65;

/** Pixels a side of a canvas at least, so that a small photo does not make a coarse heatmap. */
const FINE = 720;

/** Where in its map the weakest colour lies, as a share of the way to the strongest: opacity tells zero there. */
const WEAKEST = { signed: 0.15, magnitude: 0 };

/** How a heatmap is shown at first: its opacity, and its smoothing as a share of its longer side. */
export const OPACITY = 0.92;
export const SMOOTHING = 0.01;

/** Opacity is strength to this power. */
const FADE = 0.6;

/** What a full heatmap leaves of the photo's own colour, so that only the heatmap is vivid. */
const COLOUR_LEFT = 0.15;

/** A veil over the photo, of the shade in which the map's strongest colours stand out. */
const VEIL = { signed: { shade: '#fff', opacity: 0.42 }, magnitude: { shade: '#000', opacity: 0.32 } };

const STEPS = 256;
const SIGNED = table('signed', -1);
const MAGNITUDES = new Map<PaletteName, Uint8ClampedArray>();

/** Red, green, blue and opacity, each 0 to 255, of a strength in [-1, 1]. */
export function overlayColour(channel: Channel, strength: number): [number, number, number, number] {
  const size = Math.min(1, Math.abs(strength));
  const place = WEAKEST[channel] + (1 - WEAKEST[channel]) * size;
  const rgb =
    channel === 'signed'
      ? colourAt(DIVERGING, (1 + Math.sign(strength) * place) / 2)
      : colourAt(PALETTES[paletteInUse()], place);
  return [...rgb, 255 * size ** FADE];
}

function table(channel: Channel, from: number): Uint8ClampedArray {
  const colours = new Uint8ClampedArray(4 * STEPS);
  for (let i = 0; i < STEPS; i++) colours.set(overlayColour(channel, from + ((1 - from) * i) / (STEPS - 1)), 4 * i);
  return colours;
}

/** The magnitudes' colours in the palette that is in use; made once for each. */
function magnitudes(): Uint8ClampedArray {
  const known = MAGNITUDES.get(paletteInUse());
  const colours = known ?? table('magnitude', 0);
  if (!known) MAGNITUDES.set(paletteInUse(), colours);
  return colours;
}

/** Colours of a map, one RGBA pixel per number; `full` is the magnitude of the strongest colour. */
export function colourMap(map: NumberMap, channel: Channel, full: number): Uint8ClampedArray<ArrayBuffer> {
  const colours = channel === 'signed' ? SIGNED : magnitudes();
  const pixels = new Uint8ClampedArray(4 * map.values.length);
  for (let i = 0; i < map.values.length; i++) {
    const strength = full > 0 ? Math.max(-1, Math.min(1, map.values[i] / full)) : 0;
    const entry = Math.round((STEPS - 1) * (channel === 'signed' ? (strength + 1) / 2 : Math.abs(strength)));
    for (let part = 0; part < 4; part++) pixels[4 * i + part] = colours[4 * entry + part];
  }
  return pixels;
}

/** The same as a picture of the map's size. */
export function colourLayer(map: NumberMap, channel: Channel, full: number): HTMLCanvasElement {
  const [canvas, context] = surface(map.width, map.height);
  context.putImageData(new ImageData(colourMap(map, channel, full), map.width, map.height), 0, 0);
  return canvas;
}

/** The photo at the size that it is shown in, and what a full heatmap leaves of it. */
export interface Backdrop {
  photo: HTMLCanvasElement;
  faded: Record<Channel, HTMLCanvasElement>;
  /** Whether it is drawn as crisp squares. */
  tiny: boolean;
}

/** The size, in pixels of a canvas, in which a photo is shown. */
export function shownSize(photo: { width: number; height: number }): { width: number; height: number; tiny: boolean } {
  const longest = Math.max(photo.width, photo.height);
  const tiny = longest < CRISP_BELOW;
  const factor = tiny ? Math.ceil(FINE / longest) : Math.max(1, FINE / longest);
  return { width: Math.round(photo.width * factor), height: Math.round(photo.height * factor), tiny };
}

export function backdrop(photo: ImageBitmap): Backdrop {
  const { width, height, tiny } = shownSize(photo);
  const [canvas, context] = surface(width, height);
  smooth(context, !tiny);
  context.drawImage(photo, 0, 0, canvas.width, canvas.height);
  return { photo: canvas, faded: { signed: fade(canvas, 'signed'), magnitude: fade(canvas, 'magnitude') }, tiny };
}

function fade(photo: HTMLCanvasElement, channel: Channel): HTMLCanvasElement {
  const [canvas, context] = surface(photo.width, photo.height);
  context.filter = `saturate(${COLOUR_LEFT})`;
  context.drawImage(photo, 0, 0);
  context.filter = 'none';
  context.globalAlpha = VEIL[channel].opacity;
  context.fillStyle = VEIL[channel].shade;
  context.fillRect(0, 0, canvas.width, canvas.height);
  return canvas;
}

/** Draws the photo, faded by `opacity`, and the colours on its region. Sets the canvas's size. */
export function paint(
  canvas: HTMLCanvasElement,
  { photo, faded, tiny }: Backdrop,
  channel: Channel,
  colours: HTMLCanvasElement,
  region: Region,
  opacity: number,
): void {
  canvas.width = photo.width;
  canvas.height = photo.height;
  const context = canvas.getContext('2d')!;
  context.drawImage(photo, 0, 0);
  context.globalAlpha = opacity;
  context.drawImage(faded[channel], 0, 0);
  smooth(context, !tiny);
  const [x0, y0, x1, y1] = region;
  context.drawImage(
    colours,
    x0 * canvas.width,
    y0 * canvas.height,
    (x1 - x0) * canvas.width,
    (y1 - y0) * canvas.height,
  );
}

function surface(width: number, height: number): [HTMLCanvasElement, CanvasRenderingContext2D] {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  return [canvas, canvas.getContext('2d')!];
}

function smooth(context: CanvasRenderingContext2D, on: boolean): void {
  context.imageSmoothingEnabled = on;
  context.imageSmoothingQuality = 'high';
}

/** The legend's ramp: the very colours of the heatmap, over a photo's middle grey under its veil. */
export function ramp(channel: Channel, opacity: number): string {
  const count = 24;
  const stops = Array.from({ length: count + 1 }, (_, i) => {
    const [r, g, b, a] = overlayColour(channel, channel === 'signed' ? (2 * i) / count - 1 : i / count);
    return `rgb(${r} ${g} ${b} / ${((opacity * a) / 255).toFixed(3)})`;
  });
  return `linear-gradient(to right, ${stops.join(', ')}), ${channel === 'signed' ? '#b5b5b5' : '#575757'}`;
}
