/** A cell that gives an answer again, in the notebook that it was asked in. */

import type { SampleRef } from '@heatline/protocol';

import { type Answer, firstExplanation } from './answer.js';

export function reproduction({ asked, result }: Answer): string {
  const [named, name] = asked.names;
  // A model of program text is no variable.
  const model = asked.model.kind === 'factory' ? `heatline.load_model(${quoted(asked.model.spec)})` : named;
  if (result.kind === 'average') {
    const { score, seed } = result.average;
    return call('average', [model, name], [['score', quoted(score)], ['seed', String(seed)]]);
  }
  const first = firstExplanation(result);
  if (asked.kind === 'average' || !first) return '';
  const { target, method, seed } = first;
  const settings: Setting[] =
    asked.kind === 'compare'
      ? [
          ['methods', list(asked.compared.methods.map(quoted))],
          ['targets', list(asked.compared.targets.map(String))],
        ]
      : [
          ['method', quoted(method)],
          ['target', target.against === null ? String(target.index) : `(${target.index}, ${target.against})`],
        ];
  const { baseline, steps } = asked.how;
  settings.push(['score', quoted(target.score)]);
  if (baseline !== undefined) settings.push(['baseline', quoted(baseline)]);
  if (steps !== undefined) settings.push(['steps', String(steps)]);
  settings.push(['seed', String(seed)]);
  return call(asked.kind, [model, sampleIn(asked.sample, name)], settings);
}

type Setting = [name: string, value: string];

function call(name: string, given: string[], settings: Setting[]): string {
  const lines = [...given, ...settings.map(([key, value]) => `${key}=${value}`)].map((line) => `    ${line},\n`);
  return `import heatline\n\nheatline.${name}(\n${lines.join('')})\n`;
}

/** The expression of a variable that is alive, or the value itself. */
function sampleIn(ref: SampleRef, name: string): string {
  if (ref.kind === 'text') return quoted(ref.text);
  if (ref.kind === 'file') return quoted(ref.path);
  return ref.kind === 'live' && ref.index !== null && ref.index !== undefined ? `${name}[${ref.index}]` : name;
}

function list(items: string[]): string {
  return `[${items.join(', ')}]`;
}

/** A Python string literal: JSON's is one too. */
function quoted(text: string): string {
  return JSON.stringify(text);
}
