/** One section per state of the views; `?theme=light|dark|contrast` picks the look. A browser test photographs it. */

import { type HeatlineResult, createResult } from '../src/index.js';
import { explanation, imagePicture, textPicture } from './explanations.js';

type State = Partial<Pick<HeatlineResult, 'explanation' | 'progress' | 'failure'>>;

const REVIEW = 'A warm, superb film — the acting is great, though the middle feels slow and the ending a bit dull. 🎬 Loved it!';
const SCORES = [0.02, 0.14, 0.41, 0.08, 0.01, 0.03, 0.0, 0.28, -0.05, 0.0, -0.02, -0.07, -0.31, 0.0, 0.0, -0.04, 0.0, -0.02, -0.22, 0.05, 0.3, 0.02];
const long = Array.from({ length: 60 }, () => REVIEW).join(' ');

const STATES: Record<string, State> = {
  'nothing yet': {},
  'at work, nothing to show': { progress: { message: 'Loading the model', percentage: 0 } },
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
  text: { explanation: explanation(textPicture(REVIEW, [0.1, 0.3, -0.2, 0.02, -0.05, 0.2], SCORES)) },
  'text from right to left': { explanation: explanation(textPicture('فيلم رائع وممثلون ممتازون لكن النهاية مملة', [0.1, 0.4, 0.02, 0.3, -0.05, -0.1, -0.3])) },
  'long text': { explanation: explanation(textPicture(long, SCORES)) },
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
};

const themeName = new URLSearchParams(location.search).get('theme') ?? 'light';
document.body.className = themeName;
for (const [name, state] of Object.entries(STATES)) {
  const section = document.createElement('section');
  section.dataset.state = name;
  const title = document.createElement('h1');
  title.textContent = name;
  const result = createResult(document);
  Object.assign(result, state);
  section.append(title, result);
  document.body.append(section);
}
