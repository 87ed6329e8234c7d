/** Explanations that nobody computed: one for each state that the views can be in. */

import type { Average, Explanation, ImagePicture, PathData, Picture, TabularPicture, TextPicture } from '@heatline/protocol';

/** A disc that speaks for the class and a corner that speaks against it. */
export function bump(x: number, y: number): number {
  const ring = Math.exp(-(((Math.hypot(x - 0.42, y - 0.45) - 0.18) / 0.07) ** 2));
  const corner = Math.exp(-(((x - 0.85) ** 2 + (y - 0.8) ** 2) / 0.012));
  const grain = 0.55 + 0.45 * Math.sin(97 * x * y + 61 * x) * Math.cos(83 * y);
  return grain * (ring - 0.6 * corner);
}

function encode(width: number, height: number, value: (x: number, y: number) => number): ImagePicture['signed'] {
  const values: number[] = [];
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) values.push(value(x / width, y / height));
  }
  return encoded([height, width], values);
}

/** Values in [-1, 1] as hundredths. */
function encoded(shape: number[], values: number[]): ImagePicture['signed'] {
  const numbers = Int16Array.from(values, (value) => Math.round(32767 * value));
  return { dtype: 'int16', shape, scale: 1 / 3276700, data: base64(new Uint8Array(numbers.buffer)) };
}

function base64(bytes: Uint8Array): string {
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
}

export function imagePicture(
  width = 320,
  height = 214,
  size = 64,
  region = [0, 0, 1, 1],
  map: (x: number, y: number) => number = bump,
): ImagePicture {
  const bytes = new Uint8Array(width * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const [u, v] = [x / width, y / height];
      const disc = Math.hypot(u - 0.42, v - 0.45) < 0.2;
      const colour = disc ? [226, 170, 60] : [70 + 60 * v, 120 + 50 * u, 150 - 60 * v];
      bytes.set(colour, 3 * (y * width + x));
    }
  }
  return {
    kind: 'image',
    photo: { format: 'rgb', width, height, data: base64(bytes) },
    region,
    signed: encode(size, size, map),
    magnitude: encode(size, size, (x, y) => Math.abs(map(x, y))),
  };
}

export function textPicture(text: string, scores: number[], wordScores?: number[]): TextPicture {
  /** How many code points stand before each code unit. */
  const points = [...text].flatMap((point, i) => Array.from(point, () => i).concat(point.length > 1 ? [i] : []));
  const units = (pattern: RegExp, values: number[]): TextPicture['words'] =>
    [...text.matchAll(pattern)].map((match, i) => {
      const word = match[0];
      const start = points[match.index];
      return { text: word, start, end: start + Array.from(word).length, score: values[i % values.length] };
    });
  return {
    kind: 'text',
    text,
    words: units(/[\p{L}\p{N}\p{Extended_Pictographic}’'-]+/gu, wordScores ?? scores),
    tokens: units(/[\p{L}\p{N}\p{Extended_Pictographic}]{1,4}/gu, scores),
  };
}

export function tabularPicture(columns: [name: string, value: string, score: number][]): TabularPicture {
  return { kind: 'tabular', columns: columns.map(([name, value, score]) => ({ name, value, score })) };
}

/** A score that saturates half way; `maps` interior maps, which are strongest where it rises. */
export function path(picture: Picture, maps = 9): PathData {
  const scales = Array.from({ length: 33 }, (_, i) => i / 32);
  const rise = (a: number): number => 1 / (1 + Math.exp(-18 * (a - 0.3)));
  const slope = (a: number): number => 4 * rise(a) * (1 - rise(a));
  const kept = Array.from({ length: maps }, (_, i) => (i + 1) / maps);
  const map = (a: number): number[] => {
    if (picture.kind === 'text') return picture.tokens.map(({ score }, i) => slope(a) * score + 0.02 * Math.sin(7 * i + 9 * a));
    if (picture.kind === 'tabular') return picture.columns.map(({ score }) => slope(a) * score);
    const values: number[] = [];
    for (let y = 0; y < 48; y++) for (let x = 0; x < 48; x++) values.push(slope(a) * bump(x / 48, y / 48));
    return values;
  };
  const shape = picture.kind === 'image' ? [maps, 48, 48] : [maps, map(1).length];
  const labels = LABELS[picture.kind];
  return {
    scales,
    scores: scales.map((a) => 0.012 + 0.922 * rise(a)),
    classes: labels.map((label, index) => ({ index, label, logits: scales.map((a) => a * (9 - 2.4 * index) + Math.sin(5 * a + index)) })),
    magnitudes: scales.map((a) => 3 * slope(a) + 0.1),
    map_scales: maps > 0 ? kept : [],
    maps: maps > 0 ? encoded(shape, kept.flatMap(map)) : null,
  };
}

export function explanation(picture: Picture, changes: Partial<Explanation> = {}): Explanation {
  const image = picture.kind === 'image';
  const labels = LABELS[picture.kind];
  return {
    version: '0.1.0',
    status: 'final',
    model: { image: 'flowers', text: 'reviews', tabular: 'passengers' }[picture.kind],
    sample: picture.kind === 'text' ? text60(picture.text) : image ? 'sunflower.jpg' : 'titanic.csv:17',
    method: 'integrated',
    target: { index: 0, label: labels[0], score: 'probability', value: 0.934, baseline_value: 0.012, against: null },
    classes: labels.map((label, index) => ({
      index,
      label,
      probability: [0.934, 0.041, 0.012, 0.008, 0.0004][index],
      logit: 8 - 3 * index,
    })),
    baseline: image ? 'black' : 'zero',
    completeness: { expected: 0.922, total: 0.918, relative_error: 0.0043 },
    map_error: null,
    gradient_evaluations: 50,
    seconds: 0.83,
    device: 'cpu',
    dtype: 'float32',
    seed: 0,
    notes: [],
    plan: { rule: 'midpoint', points: [], weights: [], batch: 8, memory_format: 'channels_last' },
    picture,
    path: null,
    ...changes,
  };
}

/** Averages of a data set; of images with a map for each class. */
export function average(kind: 'image' | 'text', labels: string[]): Average {
  const size = 24;
  const pixel = (i: number, k: number): number => bump((i % size) / size + 0.1 * k, Math.floor(i / size) / size) * (k % 2 ? -1 : 1);
  const maps = labels.flatMap((_, k) => Array.from({ length: size * size }, (_, i) => pixel(i, k)));
  const shape = [labels.length, size, size];
  const names = ['superb', 'loved', 'great', 'warm', 'funny', 'film', 'the', '<b>it</b>', 'long', 'slow', 'weak', 'dull', 'boring'];
  return {
    version: '0.1.0',
    status: 'final',
    model: kind === 'image' ? 'digits' : 'reviews',
    data: kind === 'image' ? 'test/' : 'reviews.csv',
    kind,
    score: 'logit',
    classes: labels.map((label, index) => ({
      index,
      label,
      score: 1.4 - index,
      constant: 0.2,
      features:
        kind === 'image'
          ? []
          : names.map((name, i) => ({ name, average: (index ? -1 : 1) * (0.6 - 0.1 * i), length: 0.3 + 0.02 * i, count: 40 + 13 * i })),
    })),
    maps: kind === 'image' ? encoded(shape, maps) : null,
    magnitudes: kind === 'image' ? encoded(shape, maps.map(Math.abs)) : null,
    samples: 1797,
    agreement: 0.913,
    accuracy: 0.972,
    linear_accuracy: 0.901,
    seconds: 4.2,
    device: 'cpu',
    dtype: 'float32',
    seed: 0,
    notes: [],
    plan: { sizes: [[0, 64]] },
  };
}

const LABELS = {
  image: ['sunflower', 'daisy', 'bee', 'parrot', 'owl'],
  text: ['positive', 'negative'],
  tabular: ['survived', 'died'],
};

function text60(text: string): string {
  return text.length > 60 ? `${text.slice(0, 59)}…` : text;
}
