/** The script of a result panel: hands what the extension says to the views, and back what the person does. */

import { ASK, type Ask, createComparison, createResult, translate } from '@heatline/views';

import type { FromWebview, ToWebview } from '../messages';

declare function acquireVsCodeApi(): { postMessage(message: FromWebview): void };

const table = document.getElementById('words')?.textContent;
if (table) translate(JSON.parse(table) as Record<string, string>);

const host = acquireVsCodeApi();
const result = createResult(document);
const compared = createComparison(document);
compared.hidden = true;
document.body.append(result, compared);
result.addEventListener('heatline-cancel', () => host.postMessage({ kind: 'cancel' }));
result.addEventListener(ASK, (event) => host.postMessage({ kind: 'ask', ask: (event as CustomEvent<Ask>).detail }));
window.addEventListener('message', ({ data }: MessageEvent<ToWebview>) => {
  const { comparison, ...change } = data;
  Object.assign(result, change);
  if (comparison === undefined) return;
  compared.explanations = comparison ?? [];
  compared.hidden = comparison === null;
});
host.postMessage({ kind: 'ready' });
