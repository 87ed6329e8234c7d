/** Coloured words in an editor: decorations that stay until the text changes. */

import { type Extension, StateEffect, StateField, type Transaction } from '@codemirror/state';
import { Decoration, type DecorationSet, EditorView, type Tooltip, hoverTooltip } from '@codemirror/view';
import { NEGATIVE, POSITIVE } from '@heatline/views';

export interface ColouredWord {
  /** UTF-16 code units into the editor's text. */
  from: number;
  to: number;
  text: string;
  score: number;
  /** The class that is explained. */
  label: string;
  /** The score relative to the strongest word, in [-1, 1]. */
  strength: number;
}

const setWords = StateEffect.define<readonly ColouredWord[]>();

interface Coloured {
  words: readonly ColouredWord[];
  marks: DecorationSet;
}

const NONE: Coloured = { words: [], marks: Decoration.none };

const field = StateField.define<Coloured>({
  create: () => NONE,
  update: (value, transaction) => (transaction.docChanged ? NONE : replaced(value, transaction)),
  provide: (self) => EditorView.decorations.from(self, ({ marks }) => marks),
});

function replaced(value: Coloured, transaction: Transaction): Coloured {
  for (const effect of transaction.effects) {
    if (effect.is(setWords)) return { words: effect.value, marks: Decoration.set(effect.value.map(mark), true) };
  }
  return value;
}

/** Colour has as many steps as the palette has between neutral and strongest; sign also stands as the line below. */
export const STEPS = 8;
/** Weaker words get no line: a line under everything would say nothing. */
const UNDERLINE_FROM = 0.12;

function mark({ from, to, strength }: ColouredWord): ReturnType<Decoration['range']> {
  return Decoration.mark({ class: wordStyle(strength) }).range(from, to);
}

/** The classes, inside an editor, of a word of a strength in [-1, 1]. */
export function wordStyle(strength: number): string {
  const sign = strength < 0 ? 'against' : 'for';
  const step = Math.round(STEPS * Math.min(1, Math.abs(strength)));
  const line = Math.abs(strength) >= UNDERLINE_FROM ? ' heatline-line' : '';
  return `heatline-word heatline-${sign}-${step}${line}`;
}

/** What the strongest step covers of the page: the text stays readable on light and on dark. */
export const STRONGEST = 0.62;

function shades(sign: 'for' | 'against', colour: string, style: string): Record<string, Record<string, string>> {
  const rules: Record<string, Record<string, string>> = {};
  for (let step = 1; step <= STEPS; step++) {
    const share = Math.round((100 * STRONGEST * step) / STEPS);
    rules[`.heatline-${sign}-${step}`] = {
      backgroundColor: `color-mix(in srgb, ${colour} ${share}%, transparent)`,
      textDecoration: `${colour} ${style} 2px`,
    };
  }
  return rules;
}

const theme = EditorView.baseTheme({
  '.heatline-word': { borderRadius: '3px', padding: '2px 0', textUnderlineOffset: '4px' },
  // A string's own colour would be hard to read on ours.
  '.heatline-word, .heatline-word *': { color: 'var(--jp-content-font-color1)' },
  ...shades('for', `var(--heatline-positive, ${POSITIVE})`, 'solid'),
  ...shades('against', `var(--heatline-negative, ${NEGATIVE})`, 'dashed'),
  '.heatline-word.heatline-line': { textDecorationLine: 'underline' },
});

/** Shows the words' colours instead of those that the editor shows now. */
export function colourWords(view: EditorView, words: readonly ColouredWord[]): void {
  if (view.state.field(field, false)) view.dispatch({ effects: setWords.of(words) });
}

/** The coloured word at a place of an editor. */
export function colouredWord(view: EditorView, position: number): ColouredWord | undefined {
  const words = view.state.field(field, false)?.words;
  return words?.find(({ from, to }) => from <= position && position <= to);
}

/** For every editor; `describe` says in words what a coloured word's score is. */
export function coloursExtension(describe: (word: ColouredWord) => Node): Extension {
  const tooltip = hoverTooltip((view, position): Tooltip | null => {
    const word = colouredWord(view, position);
    if (!word) return null;
    return {
      pos: word.from,
      end: word.to,
      above: true,
      create: () => {
        const dom = document.createElement('div');
        dom.className = 'jp-heatline-Score';
        dom.append(describe(word));
        return { dom };
      },
    };
  });
  return [field, theme, tooltip];
}
