/** Colours words of rendered text (Markdown, printed output) without changing it: CSS custom highlights. */

import { NEGATIVE, POSITIVE } from '@heatline/views';

import { STEPS, STRONGEST } from './colours.js';

export interface MarkedRange {
  range: Range;
  /** The score relative to the strongest word, in [-1, 1]. */
  strength: number;
}

/** One highlight for each sign and strength. */
function name(strength: number): string {
  return `heatline-${strength < 0 ? 'against' : 'for'}-${Math.round(STEPS * Math.min(1, Math.abs(strength)))}`;
}

/** The weakest step has no line, as in cells. */
function rules(): string {
  const signs = [
    ['for', `var(--heatline-positive, ${POSITIVE})`, 'solid'],
    ['against', `var(--heatline-negative, ${NEGATIVE})`, 'dashed'],
  ];
  return signs
    .flatMap(([sign, colour, style]) =>
      Array.from({ length: STEPS }, (_, i) => {
        const share = Math.round((100 * STRONGEST * (i + 1)) / STEPS);
        const line = i > 0 ? `text-decoration: underline ${style} 2px ${colour};` : '';
        return `::highlight(heatline-${sign}-${i + 1}) { background-color: color-mix(in srgb, ${colour} ${share}%, transparent); color: var(--jp-content-font-color1); ${line} }`;
      }),
    )
    .join('\n');
}

export class Marks {
  private styled = false;

  /** Marks the words instead of those that are marked now. */
  show(words: readonly MarkedRange[]): void {
    this.clear();
    this.add(words);
  }

  /** Marks the words beside those that are marked. */
  add(words: readonly MarkedRange[]): void {
    if (!('highlights' in CSS)) return; // an old browser: the picture shows the words all the same
    this.style();
    for (const { range, strength } of words) {
      const key = name(strength);
      const highlight = CSS.highlights.get(key) ?? new Highlight();
      highlight.add(range);
      CSS.highlights.set(key, highlight);
    }
  }

  clear(): void {
    if (!('highlights' in CSS)) return;
    for (const key of [...CSS.highlights.keys()]) if (key.startsWith('heatline-')) CSS.highlights.delete(key);
  }

  private style(): void {
    if (this.styled) return;
    this.styled = true;
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(rules());
    document.adoptedStyleSheets.push(sheet);
  }
}
