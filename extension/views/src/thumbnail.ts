/** A heatmap alone, for places with no room for its controls. */

import type { ImagePicture } from '@heatline/protocol';

import { blur } from './blur.js';
import { decodeImage, decodeMap } from './decode.js';
import { OPACITY, SMOOTHING, backdrop, colourLayer, paint } from './heatmap.js';
import { PERCENTILE, fullStrength } from './scale.js';

/** The photo under its heatmap of magnitudes, as the image view shows it at first. Rejects where it cannot be drawn. */
export async function drawThumbnail(canvas: HTMLCanvasElement, picture: ImagePicture): Promise<void> {
  const map = decodeMap(picture.magnitude);
  const smooth = blur(map, SMOOTHING * Math.max(map.width, map.height));
  const colours = colourLayer(smooth, 'magnitude', fullStrength(smooth.values, PERCENTILE));
  paint(canvas, backdrop(await decodeImage(picture.photo)), 'magnitude', colours, picture.region, OPACITY);
}
