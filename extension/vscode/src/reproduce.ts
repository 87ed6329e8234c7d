/** Python that gives an answer again. */

import type { ModelInfo, SampleRef } from '@heatline/protocol';
import * as vscode from 'vscode';

import { Problem } from './failure';
import { named } from './folders';
import { type Answer, type AverageAnswer, isAverage } from './question';

/** A script that one can run where the workspace's interpreter and its models are. */
export function reproduction(answer: Answer): string {
  if (isAverage(answer)) return averageAgain(answer);
  const { question, explanations } = answer;
  const [first] = explanations;
  const { model, sample, how, compared } = question;
  const settings: [string, string | undefined][] = [
    ...(compared
      ? ([
          ['methods', list(compared.methods.map(quoted))],
          ['targets', list(compared.targets.map(String))],
        ] as [string, string][])
      : ([
          ['method', first && quoted(first.method)],
          ['target', first && (first.target.against === null ? `${first.target.index}` : `(${first.target.index}, ${first.target.against})`)],
        ] as [string, string | undefined][])),
    ['score', first && quoted(first.target.score)],
    ['baseline', how.baseline === undefined ? undefined : quoted(how.baseline)],
    ['steps', how.steps === undefined ? undefined : String(how.steps)],
    ['seed', first && String(first.seed)],
  ];
  const given = settings.filter((entry): entry is [string, string] => entry[1] !== undefined);
  return `${IMPORTS[sample.ref.kind] ?? ''}import heatline

model = ${loaded(model, sample.root)}
result = heatline.${compared ? 'compare' : 'explain'}(
    model,
    ${sampleIn(sample.ref)},
${given.map(([name, value]) => `    ${name}=${value},\n`).join('')})
print(result)
`;
}

const IMPORTS: Partial<Record<SampleRef['kind'], string>> = { file: 'from pathlib import Path\n\n' };

function averageAgain({ question, average }: AverageAnswer): string {
  const { model, data } = question;
  return `import heatline

model = ${loaded(model, data.root)}
result = heatline.average(
    model,
    ${quoted(data.path)},
    score=${quoted(average.score)},
    limit=${average.samples},
    seed=${average.seed},
)
print(result)
`;
}

function loaded(model: ModelInfo, root: string | undefined): string {
  const { spec, folder = root } = named(model);
  return `heatline.load_model(${quoted(spec)}${folder === undefined ? '' : `, ${quoted(folder)}`})`;
}

function sampleIn(ref: SampleRef): string {
  switch (ref.kind) {
    case 'file':
      return isText(ref.path) ? `Path(${quoted(ref.path)}).read_text(encoding="utf-8")` : `Path(${quoted(ref.path)})`;
    case 'text':
      return quoted(ref.text);
    default:
      throw new Problem(
        vscode.l10n.t('This sample lives in a running program; Python elsewhere cannot name it.'),
        vscode.l10n.t('Export the result as NPZ or JSON.'),
      );
  }
}

export function isText(path: string): boolean {
  return /\.(txt|md|text|rst)$/i.test(path);
}

function list(items: string[]): string {
  return `[${items.join(', ')}]`;
}

/** A Python string literal. JSON's is one too, but for characters outside the basic plane, which stand as they are. */
function quoted(text: string): string {
  return JSON.stringify(text);
}
