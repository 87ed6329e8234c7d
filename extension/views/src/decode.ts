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
  if (array.shape.length !== 2) throw disagreement(array);
  return { width, height, values: decodeNumbers(array) };
}

/** Maps of an array of shape (maps, height, width), or (maps, width) for maps of one row. */
export function decodeMaps(array: EncodedArray): NumberMap[] {
  if (array.shape.length !== 2 && array.shape.length !== 3) throw disagreement(array);
  const [count, height, width] = array.shape.length === 3 ? array.shape : [array.shape[0], 1, array.shape[1]];
  const values = decodeNumbers(array);
  const size = width * height;
  return Array.from({ length: count }, (_, i) => ({ width, height, values: values.slice(i * size, (i + 1) * size) }));
}

/** Bytes of a number, and the number at a place. */
const NUMBERS: Record<EncodedArray['dtype'], { size: number; at: (view: DataView, offset: number) => number }> = {
  int16: { size: 2, at: (view, offset) => view.getInt16(offset, true) },
  float32: { size: 4, at: (view, offset) => view.getFloat32(offset, true) },
  float64: { size: 8, at: (view, offset) => view.getFloat64(offset, true) },
};

function decodeNumbers(array: EncodedArray): Float32Array {
  const bytes = decodeBase64(array.data);
  const { size, at } = NUMBERS[array.dtype];
  const values = new Float32Array(array.shape.reduce((product, side) => product * side, 1));
  if (bytes.length !== size * values.length) throw disagreement(array);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < values.length; i++) values[i] = array.scale * at(view, size * i);
  return values;
}

function disagreement({ shape, data }: EncodedArray): RangeError {
  return new RangeError(`a map of shape (${shape.join(', ')}) came with ${decodeBase64(data).length} bytes`);
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
