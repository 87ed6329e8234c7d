/**
 * Every word that the views show, in one place. They are written in English; a front end hands in a table from English
 * to its language once, before it makes an element. What the table lacks stays English.
 */

let table: Readonly<Record<string, string>> = {};

/** A sentence in the front end's language, with `{0}`, `{1}`, ... filled in. */
function say(english: string, ...parts: (string | number)[]): string {
  return (table[english] ?? english).replace(/\{(\d)\}/g, (_, index: string) => String(parts[Number(index)]));
}

/** From here on the words are those of a table from English to another language. */
export function translate(to: Readonly<Record<string, string>>): void {
  table = to;
  replaceIn(words);
}

function replaceIn(group: Record<string, unknown>): void {
  for (const [key, value] of Object.entries(group)) {
    if (typeof value === 'string') group[key] = say(value);
    else if (typeof value === 'object' && value !== null) replaceIn(value as Record<string, unknown>);
  }
}

function capitalised(word: string): string {
  return word[0].toLocaleUpperCase() + word.slice(1);
}

export const words = {
  cancel: 'Cancel',
  preview: 'Preview',
  refining: 'Preview, refining',
  stopped: 'Stopped early',
  nothingYet: 'No explanation yet',
  unreadable: 'This explanation was saved in a form that this version of heatline cannot read',
  explainAgain: 'Explain again.',
  secondsLeft: (time: string) => say('about {0} left', time),
  headline: (method: string, score: string) => say('{0} of the {1}', method, score),
  gained: (from: string, to: string, baseline: string) => say('from {0} at the baseline ({1}) to {2}', from, baseline, to),
  methods: {
    gradient: 'Gradient',
    'input-x-gradient': 'Input × gradient',
    interior: 'Interior gradients',
    integrated: 'Integrated gradients',
    smoothgrad: 'SmoothGrad',
    'smoothgrad-squared': 'SmoothGrad squared',
    vargrad: 'VarGrad',
  } as Record<string, string>,
  scores: {
    probability: 'probability',
    logit: 'logit',
    'log-probability': 'log-probability',
    value: 'value',
  } as Record<string, string>,

  map: 'Map',
  signed: 'Signed',
  signedHint: 'What speaks for the class and what against it: the sum of each pixel’s channels',
  magnitude: 'Magnitude',
  magnitudeHint: 'How much each pixel matters, for or against: the sum of its channels’ absolute values',
  net: 'Net',
  netHint: 'What is left of each pixel when its channels are added up, for or against',
  opacity: 'Opacity',
  against: 'against',
  for: 'for',
  smoothing: 'Smoothing',
  smoothingHint: 'Spreads each pixel’s value over its neighbours, for the eye; the numbers stay as they are',
  pixels: (count: string) => say('{0} pixels', count),
  strongestAt: 'Strongest at',
  strongestAtHint: 'Which share of the values lies below the strongest colour: a few outliers must not darken the rest',
  palette: 'Palette',
  zoom: 'Zoom',
  zoomIn: 'Zoom in',
  zoomOut: 'Zoom out',
  whole: 'Show all of it',
  scale: (percent: number) => say('Strongest colour at the {0}th percentile', percent),
  smoothed: (sigma: string) => say(', smoothed over {0} px', sigma),
  pixel: (x: number, y: number) => say('x {0}, y {1}', x, y),
  share: (share: string) => say('{0} of all', share),
  around: (value: string) => say('{0} around it', value),
  hoverImage: 'Point at a pixel, or use the arrow keys, to read its value; + and − zoom',
  hoverText: 'Point at a word, or use the arrow keys, to read its value',
  cannotDraw: 'This picture cannot be drawn: ',
  unknownPicture: (kind: string) => say('This version of heatline draws no explanation of the kind “{0}”.', kind),
  imageLabel: (label: string, place: string, share: string) =>
    say('Heatmap over the photo. Of all that matters for “{0}”, {1} lies {2}.', label, share, place),
  regionsTitle: 'Where it lies, as numbers',
  rows: ['top', 'middle', 'bottom'],
  columns: ['left', 'centre', 'right'],
  places: [
    ['top left', 'top centre', 'top right'],
    ['middle left', 'in the centre', 'middle right'],
    ['bottom left', 'bottom centre', 'bottom right'],
  ],

  lengths: 'Gradients of words have a length and no sign',
  words: 'Words',
  tokens: 'Tokens',
  textLabel: 'Text with coloured words',
  numbersTitle: (count: number) => say('All {0} as numbers', count),
  strongestNumbers: (shown: number, all: number) => say('The strongest {0} of {1} as numbers', shown, all),
  word: 'Word',
  token: 'Token',
  value: 'Value',
  shareTitle: 'Share',
  noWords: 'This text has no words',

  column: 'Column',
  columnsLabel: (label: string) => say('What each column contributes to “{0}”', label),
  noColumns: 'This row has no columns',
  findColumn: 'Find a column',
  found: (count: number) => (count === 1 ? say('1 column') : say('{0} columns', count)),
  noMatch: (wanted: string) => say('No column has “{0}” in its name or value', wanted),
  otherColumns: (count: number) => say('{0} other columns', count),
  fewer: 'Show fewer',
  notAccounted: 'not accounted for',
  atBaseline: (name: string) => (name ? say('baseline: {0}', name) : say('baseline')),
  atRow: 'this row',

  path: 'On the way from the baseline to the sample',
  scoreOf: (score: string, label: string) => say('{0} of {1}', capitalised(score), label),
  logits: 'Logits',
  magnitudes: 'Gradient, sum of absolute values',
  reached: (share: number, scale: string) => say('{0} % of the way at {1}', Math.round(100 * share), scale),
  scaleName: 'Scale',
  scoreName: 'Score',
  gradientName: 'Gradient',
  atScale: (scale: string, score: string) => say('scale {0}, score {1}', scale, score),
  gradientAt: (magnitude: string) => say('gradient {0}', magnitude),
  leads: (label: string) => say('{0} leads', label),
  baselineEnd: (name: string) => (name ? say('0 baseline ({0})', name) : say('0 baseline')),
  sampleEnd: 'sample 1',
  play: 'Play',
  pause: 'Pause',
  next: 'Next',
  interiorLabel: (label: string, scale: string) => say('Interior gradient of “{0}” at scale {1}', label, scale),
  colours: 'Colours',
  strongest: (value: string) => say('Strongest colour: {0}', value),
  common: 'One scale for all',
  commonHint: 'Shows where on the way it mattered',
  own: 'Each its own',
  ownHint: 'Shows where in the sample it mattered, however little',

  classes: 'Top classes',
  explained: 'explained',
  explainClass: (label: string) => say('Explain “{0}”', label),
  ratherThan: (label: string, other: string) => say('Why “{0}” rather than “{1}”?', label, other),
  rather: 'rather?',

  comparison: 'Compared',
  difference: 'Difference',
  less: 'less',
  lessThe: (first: string, second: string) => say('{0} less {1}', first, second),
  firstOfPair: 'From which one',
  secondOfPair: 'Which one is taken off',
  asScores: 'in units of the score',
  asShares: 'as shares, each of its own sum: their units differ',

  averageOf: (model: string) => say('What {0} looks at on average', model),
  averageOver: (score: string, samples: number, data: string) =>
    say('Mean gradient of the {0} over {1} samples of {2}', score, samples, data),
  agreement: 'The linear classifier agrees in',
  accuracy: 'the model is right in',
  linearAccuracy: 'the linear classifier in',
  averageClass: 'Class',
  averageScore: (score: string, constant: string) => say('Mean score {0}; the linear classifier’s constant {1}', score, constant),
  featuresLabel: (label: string) => say('What speaks for and against “{0}” on average', label),
  averageName: 'Average',
  occurrences: 'Count',
  allFeatures: (count: number) => say('Show all {0}', count),
  noFeatures: 'No word or column was seen often enough',
  jacobianLabel: (label: string) => say('Mean gradient of “{0}” as an image', label),

  question: 'How it is explained',
  method: 'Method',
  baseline: 'Baseline',
  steps: 'Gradients',
  stepsHint: 'More gradients on the way make the parts add up better, and take longer',

  trust: 'Trust',
  completeness: 'Completeness error',
  completenessHint: 'How far the parts are from adding up to what the score gained over the baseline',
  mapError: 'Map error',
  mapErrorHint: 'Estimated relative L1 error of the map',
  evaluations: (count: number) => (count === 1 ? say('1 gradient') : say('{0} gradients', count)),
  promisesNone: 'This method shows how strongly the score reacts; its parts do not add up to the score.',
  parts: 'Parts add up to',
  gain: 'The score gained',
  seed: 'Seed',
  rule: 'Rule',
  largeError: (total: string, expected: string) =>
    say('The parts add up to {0}, but the score gained {1} over the baseline.', total, expected),
  largeMapError: (error: string) => say('The map may still differ by {0} from what more gradients would show.', error),
  moreSteps: (steps: number) => say('Explain again with more gradients: steps={0}.', steps),
  again: (steps: number) => say('Explain with {0} gradients', steps),
  theLogit: 'Explain the logit',
  smallGain: 'The score hardly differs from the baseline’s: choose another baseline, or explain the logit.',
  notes: 'Notes',
};
