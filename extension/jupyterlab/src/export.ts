/** An answer as a file that the browser saves. */

import type { ExportFormat } from '@heatline/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { Answer } from './answer.js';
import type { Session } from './kernel/session.js';
import type { Choose } from './question.js';

/** Asks for a format, has the kernel make the file, and hands it to the browser. Rejects with a `Refusal`. */
export async function exportAnswer(
  { job, result }: Answer,
  open: () => Promise<Session>,
  choose: Choose,
  trans: TranslationBundle,
): Promise<void> {
  const details: [ExportFormat, string][] = [
    ['png', trans.__('a picture')],
    ['html', trans.__('a page without scripts, complete in itself')],
    ['gif', trans.__('the way from the baseline, as it plays')],
    ['npz', trans.__('all numbers in full precision, for heatline.load')],
    ['json', trans.__('all numbers, for other programs')],
  ];
  const formats = details.filter(([format]) => offered(format, result));
  const choices = formats.map(([format, detail]) => ({ name: format.toUpperCase(), detail, kind: 'unknown' as const }));
  const index = await choose(trans.__('Export as what?'), choices);
  if (index === null) return;
  const theme = document.body.dataset['jpThemeLight'] === 'false' ? 'dark' : 'light';
  const session = await open();
  const { name, mime, data } = await session.request('heatline/export', { job, format: formats[index][0], theme });
  save(name, new Blob([bytes(data)], { type: mime }));
}

/** What the agent can make of a result: see `heatline/export`. */
function offered(format: ExportFormat, result: Answer['result']): boolean {
  if (format === 'gif') return result.kind === 'explain' && result.explanation.path?.maps != null;
  return format !== 'npz' || result.kind !== 'compare';
}

function bytes(base64: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
}

function save(name: string, file: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}
