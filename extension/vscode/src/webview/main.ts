/** The script of a result panel: hands what the extension says to the views, and back what the person does. */

import {
  ASK,
  type Ask,
  PALETTE_CHOSEN,
  type PaletteName,
  createAverage,
  createComparison,
  createResult,
  translate,
  usePalette,
} from '@heatline/views';

import type { FromWebview, ToWebview } from '../messages';
import type { SavedPanel } from '../saved';

declare function acquireVsCodeApi(): { postMessage(message: FromWebview): void; setState(state: SavedPanel): void };

const table = document.getElementById('words')?.textContent;
if (table) translate(JSON.parse(table) as Record<string, string>);

const host = acquireVsCodeApi();
const result = createResult(document);
const compared = createComparison(document);
const averaged = createAverage(document);
compared.hidden = averaged.hidden = true;
document.body.append(result, compared, averaged);
beginning();
result.addEventListener('heatline-cancel', () => host.postMessage({ kind: 'cancel' }));
result.addEventListener(ASK, (event) => host.postMessage({ kind: 'ask', ask: (event as CustomEvent<Ask>).detail }));
document.body.addEventListener(PALETTE_CHOSEN, (event) =>
  host.postMessage({ kind: 'palette', palette: (event as CustomEvent<PaletteName>).detail }),
);
window.addEventListener('message', ({ data }: MessageEvent<ToWebview>) => {
  const { comparison, average, palette, saved, ...change } = data;
  if (saved !== undefined) host.setState(saved);
  if (palette !== undefined) usePalette(palette);
  Object.assign(result, change);
  if (comparison !== undefined) {
    compared.explanations = comparison ?? [];
    compared.hidden = comparison === null;
  }
  if (average !== undefined) {
    averaged.average = average;
    averaged.hidden = average === null;
  }
});
host.postMessage({ kind: 'ready' });

/** What the page says of how to begin stands in the result until there is one. */
function beginning(): void {
  const begin = document.getElementById('begin');
  if (!begin) return;
  const key = /Mac|iP/.test(navigator.platform) ? '\u2318K H' : 'Ctrl+K H';
  for (const item of begin.querySelectorAll('li')) item.textContent = item.textContent.replace('{0}', key);
  begin.querySelector('button')?.addEventListener('click', () => host.postMessage({ kind: 'example' }));
  result.append(begin);
}
