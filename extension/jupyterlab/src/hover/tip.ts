/** What a hover shows: in words at once, the picture when it comes. */

import type { Agreement, ClassScore, Explanation, OutputValue } from '@heatline/protocol';
import { drawThumbnail, fullStrength, number, percent, signed } from '@heatline/views';
import type { TranslationBundle } from '@jupyterlab/translation';

import { wordStyle } from '../colours.js';

/** Where a prediction came from, and what it would be now. */
export interface Origin {
  statement: string;
  agreement: Agreement;
  message: string;
  values: OutputValue[];
}

export interface Tip {
  /** What is explained: `net on photo`. */
  title: string;
  /** Of a prediction that a variable holds. */
  origin: Origin | null;
  /** Of a sample: what the model says of it, most probable first. */
  classes: ClassScore[];
  /** What drove it; null where it would be no picture of this prediction any more. */
  explanation: Promise<Explanation> | null;
}

/** So many words, or columns, are listed. */
const MOST_LISTED = 6;
const MOST_CLASSES = 3;
/** A longer text is shown by its strongest words. */
const LONGEST_TEXT = 400;

/**
 * The tooltip's content; a picture that cannot be had is passed over.
 *
 * @param grown Called when the picture has come.
 */
export function tipNode(tip: Tip, trans: TranslationBundle, grown: () => void): HTMLElement {
  const node = element('div', 'jp-heatline-Tip');
  const { origin } = tip;
  node.append(element('code', 'jp-heatline-Tip-title', origin?.statement || tip.title));
  if (origin) {
    const quiet = origin.agreement === 'same' ? '' : ' jp-mod-changed';
    node.append(element('p', `jp-heatline-Tip-message${quiet}`, origin.message), valuesTable(origin, trans));
  } else {
    node.append(classesTable(tip.classes));
  }
  if (!tip.explanation) return node;
  const place = element('div', 'jp-heatline-Tip-picture', trans.__('Explaining…'));
  node.append(place);
  tip.explanation
    .then(async (explanation) => place.replaceChildren(...(await picture(explanation, trans))))
    .catch(() => place.remove())
    .finally(grown);
  return node;
}

/** The numbers of a prediction; with those of now, where they differ. */
function valuesTable({ values, agreement }: Origin, trans: TranslationBundle): HTMLElement {
  const rows = values.slice(0, MOST_CLASSES);
  const name = ({ label, index }: OutputValue): string => label || trans.__('class %1', index);
  if (agreement === 'same') return table(rows.map((row) => [name(row), number(row.found)]));
  const head = ['', trans.__('then'), trans.__('now')];
  return table([head, ...rows.map((row) => [name(row), number(row.found), number(row.recomputed)])]);
}

function classesTable(classes: ClassScore[]): HTMLElement {
  const value = ({ probability, logit }: ClassScore): string =>
    probability === null ? number(logit) : percent(probability);
  return table(classes.slice(0, MOST_CLASSES).map((it) => [it.label, value(it)]));
}

async function picture(explanation: Explanation, trans: TranslationBundle): Promise<Node[]> {
  const { picture, target, model, sample } = explanation;
  const caption = element('p', '', trans.__('What speaks for “%1” in %2 (%3)', target.label, sample, model));
  if (picture.kind === 'image') {
    const canvas = document.createElement('canvas');
    canvas.setAttribute('role', 'img');
    canvas.setAttribute('aria-label', caption.textContent ?? '');
    await drawThumbnail(canvas, picture);
    return [caption, canvas];
  }
  if (picture.kind === 'tabular') {
    const columns = [...picture.columns].sort((a, b) => Math.abs(b.score) - Math.abs(a.score)).slice(0, MOST_LISTED);
    return [caption, table(columns.map(({ name, value, score }) => [`${name} = ${value}`, signed(score)]))];
  }
  const full = fullStrength(picture.words.map(({ score }) => score), 100) || 1;
  const coloured = (text: string, score: number): HTMLElement => {
    const word = element('span', wordStyle(score / full), text);
    word.title = signed(score);
    return word;
  };
  if (picture.text.length > LONGEST_TEXT) {
    const strongest = [...picture.words].sort((a, b) => Math.abs(b.score) - Math.abs(a.score)).slice(0, MOST_LISTED);
    return [caption, table(strongest.map(({ text, score }) => [coloured(text, score), signed(score)]))];
  }
  const line = element('p', 'jp-heatline-Tip-text');
  const text = [...picture.text]; // by code points, as the words' places are
  let end = 0;
  for (const word of picture.words) {
    line.append(text.slice(end, word.start).join(''), coloured(text.slice(word.start, word.end).join(''), word.score));
    end = word.end;
  }
  line.append(text.slice(end).join(''));
  return [caption, line];
}

function table(rows: (string | Node)[][]): HTMLElement {
  const node = document.createElement('table');
  for (const row of rows) node.insertRow().append(...row.map(cell));
  return node;
}

function cell(content: string | Node): HTMLElement {
  const node = document.createElement('td');
  node.append(content);
  return node;
}

function element(tag: string, className: string, text = ''): HTMLElement {
  const node = document.createElement(tag);
  node.className = className;
  node.textContent = text;
  return node;
}
