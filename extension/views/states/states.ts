/**
 * One section per state of the views; `?theme=light|dark|contrast` picks the look, `?only=NAME` a single state. A browser
 * test photographs it.
 */

import type { Explanation } from '@heatline/protocol';

import { type HeatlineResult, createAverage, createComparison, createResult } from '../src/index.js';
import { average, bump, explanation, imagePicture, path, tabularPicture, textPicture } from './explanations.js';

type State = Partial<Pick<HeatlineResult, 'explanation' | 'progress' | 'failure' | 'canAsk' | 'expected'>>;

const REVIEW = 'A warm, superb film — the acting is great, though the middle feels slow and the ending a bit dull. 🎬 Loved it!';
const SCORES = [0.02, 0.14, 0.41, 0.08, 0.01, 0.03, 0.0, 0.28, -0.05, 0.0, -0.02, -0.07, -0.31, 0.0, 0.0, -0.04, 0.0, -0.02, -0.22, 0.05, 0.3, 0.02];
const long = Array.from({ length: 60 }, () => REVIEW).join(' ');

const ROW: [string, string, number][] = [
  ['age', '29', -0.035], ['sex', 'female', 0.46], ['fare', '81.86', 0.12], ['class', '1', 0.31], ['siblings', '0', 0.031],
  ['embarked', 'Cherbourg', 0.028], ['parents', '0', -0.012], ['title', 'Miss', 0.06], ['cabin', 'B5', -0.04],
];
const wide = Array.from({ length: 60 }, (_, i): [string, string, number] => [`sensor ${i + 1}`, (Math.sin(i) * 40).toFixed(1), 0.9 * Math.cos(2.3 * i) / (2 + i)]);
const wideTotal = wide.reduce((sum, [, , score]) => sum + score, 0);
const photo = imagePicture();
const review = textPicture(REVIEW, [0.1, 0.3, -0.2, 0.02, -0.05, 0.2], SCORES);
const passenger = tabularPicture(ROW);

const STATES: Record<string, State> = {
  'nothing yet': {},
  'at work, nothing to show': { progress: { message: 'Loading the model', percentage: 0 } },
  'at work on a text': { progress: { message: 'Loading the model', percentage: 0 }, expected: 'text' },
  'preview, refining': {
    explanation: explanation(imagePicture(), { status: 'preview', method: 'gradient', completeness: null, baseline: null, gradient_evaluations: 1 }),
    progress: { message: 'Integrated gradients: 24 of 50', percentage: 48, seconds_left: 1.2 },
  },
  image: { explanation: explanation(imagePicture(), { notes: ['The photo was scaled to 227 x 227.'] }) },
  'image, map on a part of it': { explanation: explanation(imagePicture(320, 214, 64, [0.165, 0, 0.835, 1])) },
  'tiny image': { explanation: explanation(imagePicture(8, 8, 8), { sample: 'digit.png' }) },
  'large error': {
    explanation: explanation(imagePicture(214, 320), {
      completeness: { expected: 0.922, total: 0.641, relative_error: 0.305 },
    }),
  },
  'a host that answers': {
    canAsk: true,
    explanation: explanation(imagePicture(), {
      completeness: { expected: 0.922, total: 0.641, relative_error: 0.305 },
    }),
  },
  'an unsettled map': { explanation: explanation(imagePicture(), { map_error: 0.31 }) },
  text: { explanation: explanation(textPicture(REVIEW, [0.1, 0.3, -0.2, 0.02, -0.05, 0.2], SCORES)) },
  'text from right to left': { explanation: explanation(textPicture('فيلم رائع وممثلون ممتازون لكن النهاية مملة', [0.1, 0.4, 0.02, 0.3, -0.05, -0.1, -0.3])) },
  'long text': { explanation: explanation(textPicture(long, SCORES)) },
  'image with its path': { explanation: explanation(photo, { path: path(photo, 16) }) },
  'text with its path': { explanation: explanation(review, { path: path(review) }) },
  'lengths of gradients': {
    explanation: explanation(textPicture(REVIEW, [0.1, 0.3, 0.02], SCORES.map(Math.abs)), { method: 'gradient', baseline: null, completeness: null }),
  },
  'path without maps': { explanation: explanation(photo, { path: path(photo, 0) }) },
  tabular: { explanation: explanation(passenger, { baseline: 'column means', path: path(passenger) }) },
  'many columns': {
    explanation: explanation(tabularPicture(wide), {
      target: { index: 0, label: 'price', score: 'value', value: 12 + wideTotal, baseline_value: 12, against: null },
      classes: [{ index: 0, label: 'price', probability: null, logit: 12 + wideTotal }],
      completeness: { expected: wideTotal, total: wideTotal, relative_error: 0 },
      baseline: 'zero',
    }),
  },
  'columns without a baseline': {
    explanation: explanation(passenger, { method: 'gradient', baseline: null, completeness: null, gradient_evaluations: 1 }),
  },
  'failure without a picture': {
    failure: {
      message: 'models.py:flowers raised FileNotFoundError: weights.pt',
      next_step: 'Check the path in the factory; the full traceback is in the log.',
    },
  },
  'failure under a preview': {
    explanation: explanation(imagePicture(), { status: 'preview' }),
    failure: { message: 'The agent died (signal 9).', next_step: 'Explain again: a new one will be started.' },
  },
  'names that are no markup': {
    explanation: explanation(textPicture('<b>bold</b> & <script>alert(1)</script>', [0.3, -0.2]), {
      model: '<img src=x onerror=alert(1)>',
      sample: '"><svg onload=alert(1)>',
      notes: ['<i>italic</i>'],
    }),
  },
  'columns that are no markup': {
    explanation: explanation(tabularPicture([['<b>age</b>', '<img src=x onerror=alert(1)>', 0.9]]), {
      baseline: '<script>alert(1)</script>',
    }),
  },
};

const compared: Record<string, Explanation[]> = {
  'two methods on an image': [
    explanation(imagePicture()),
    explanation(imagePicture(320, 214, 64, [0, 0, 1, 1], (x, y) => bump(x - 0.06, y)), {
      method: 'gradient',
      baseline: null,
      completeness: null,
      gradient_evaluations: 1,
      seconds: 0.02,
    }),
  ],
  'two classes of a text': [
    explanation(review),
    explanation(textPicture(REVIEW, [-0.1, -0.3, 0.2, 0, 0.05], SCORES.map((score) => -0.7 * score)), {
      target: { index: 1, label: 'negative', score: 'probability', value: 0.066, baseline_value: 0.4, against: null },
    }),
  ],
  'three methods on a row': [
    explanation(passenger),
    explanation(tabularPicture(ROW.map(([name, value, score]) => [name, value, 0.8 * score])), { method: 'input-x-gradient' }),
    explanation(tabularPicture(ROW.map(([name, value, score]) => [name, value, 1.2 * score])), { method: 'interior' }),
  ],
};

const asked = new URLSearchParams(location.search);
document.body.className = asked.get('theme') ?? 'light';
/** Shown only when asked for: the page of all states would be about nothing else. */
const LARGE: Record<string, () => State> = {
  'very long text': () => ({ explanation: explanation(textPicture(Array.from({ length: 220 }, () => REVIEW).join(' '), SCORES)) }),
};

/** A section with its name as title, for one element. */
function show(name: string, element: HTMLElement): void {
  if (asked.has('only') && asked.get('only') !== name) return;
  const section = document.createElement('section');
  section.dataset.state = name;
  const title = document.createElement('h1');
  title.textContent = name;
  section.append(title, element);
  document.body.append(section);
}

for (const [name, state] of Object.entries(STATES)) show(name, Object.assign(createResult(document), state));
for (const [name, explanations] of Object.entries(compared)) {
  show(name, Object.assign(createComparison(document), { explanations }));
}
show('average of a text model', Object.assign(createAverage(document), { average: average('text', ['positive', 'negative']) }));
show('average of an image model', Object.assign(createAverage(document), { average: average('image', ['0', '1', '2', '3', '4', '5']) }));
const large = LARGE[asked.get('only') ?? ''];
if (large) show(asked.get('only')!, Object.assign(createResult(document), large()));
