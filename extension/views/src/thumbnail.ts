/** A heatmap alone, for places with no room for its controls. */

import type { ImagePicture } from '@heatline/protocol';

import { blur } from './blur.js';
import { decodeImage, decodeMap } from './decode.js';
import { firstLook } from './first-look.js';
import { CHANNEL, SMOOTHING, backdrop, colourLayer, mapsOf, paint } from './heatmap.js';
import { PERCENTILE, fullStrength } from './scale.js';

/** The photo under its heatmap, as the image view shows it at first. Rejects where it cannot be drawn. */
export async function drawThumbnail(canvas: HTMLCanvasElement, picture: ImagePicture): Promise<void> {
  const { rule, opacity } = firstLook();
  const channel = CHANNEL[rule];
  const map = mapsOf(decodeMap(picture.signed), decodeMap(picture.magnitude))[rule];
  const smooth = blur(map, SMOOTHING * Math.max(map.width, map.height));
  const colours = colourLayer(smooth, channel, fullStrength(smooth.values, PERCENTILE));
  paint(canvas, backdrop(await decodeImage(picture.photo)), channel, colours, picture.region, opacity);
}
