/** From the protocol's base64 to numbers and pictures. */

import type { EncodedArray, EncodedImage } from '@heatline/protocol';

/** A map of numbers, row by row. */
export interface NumberMap {
  width: number;
  height: number;
  values: Float32Array;
}

export function decodeBase64(data: string): Uint8Array<ArrayBuffer> {
  const binary = atob(data);
  const bytes = new Uint8Array(binary.length);
  for (let i = 0; i < binary.length; i++) bytes[i] = binary.charCodeAt(i);
  return bytes;
}

/** Numbers of an array of shape (height, width). Throws when data and shape disagree. */
export function decodeMap(array: EncodedArray): NumberMap {
  const [height, width] = array.shape;
  const bytes = decodeBase64(array.data);
  if (array.shape.length !== 2 || bytes.length !== 2 * width * height) {
    throw new RangeError(`a map of shape (${array.shape.join(', ')}) came with ${bytes.length} bytes`);
  }
  const view = new DataView(bytes.buffer);
  const values = new Float32Array(width * height);
  for (let i = 0; i < values.length; i++) values[i] = array.scale * view.getInt16(2 * i, true);
  return { width, height, values };
}

/** A picture that a canvas can draw. No URL is made, so it works under the strictest content policy. */
export async function decodeImage(image: EncodedImage): Promise<ImageBitmap> {
  const bytes = decodeBase64(image.data);
  if (image.format !== 'rgb') return createImageBitmap(new Blob([bytes], { type: `image/${image.format}` }));
  const pixels = new ImageData(image.width, image.height);
  for (let i = 0; i < image.width * image.height; i++) {
    pixels.data.set(bytes.subarray(3 * i, 3 * i + 3), 4 * i);
    pixels.data[4 * i + 3] = 255;
  }
  return createImageBitmap(pixels);
}
