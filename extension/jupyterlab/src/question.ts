/** From what stands at a place in the program to a whole question: which model, which sample. */

import {
  type Located,
  type ModelInfo,
  type ModelRef,
  PROTOCOL,
  type SampleInfo,
  type SampleKind,
  type SampleRef,
  VERSION,
} from '@heatline/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';

import { Refusal } from './kernel/refusal.js';
import type { RequestOptions, Session } from './kernel/session.js';

export interface Question {
  model: ModelRef;
  sample: SampleRef;
  /** What a person calls the two. */
  names: [model: string, sample: string];
}

/** One line of a list that a person picks from. */
export interface Choice {
  name: string;
  detail: string;
  kind: SampleKind;
}

/** Asks a person; resolves to an index into `choices`, or to null when they dismiss it. */
export type Choose = (title: string, choices: Choice[]) => Promise<number | null>;

/**
 * Completes the question, asking for what the place leaves open; null when the person dismisses that.
 * Rejects with a `Refusal` where nothing can be explained.
 */
export async function complete(
  located: Located,
  session: Session,
  options: RequestOptions,
  choose: Choose,
  trans: TranslationBundle,
): Promise<Question | null> {
  if (located.kind === 'nothing') throw nothingHere(trans);
  const { models } = await session.request('heatline/models', {}, options);
  if (models.length === 0) throw await noModel(session, options, trans);
  if (located.kind === 'string') {
    if (!located.text.trim()) {
      throw new Refusal('bad-input', trans.__('This text is empty'), trans.__('Write something in it.'));
    }
    const sample: SampleRef = located.image
      ? { kind: 'file', path: located.text }
      : { kind: 'text', text: located.text };
    return withModel(sample, located.image ? 'image' : 'text', located.text, models, choose, trans);
  }
  const model = models.find(({ name }) => name === located.text);
  if (model) return withSample(model, session, options, choose, trans);
  const { samples } = await session.request('heatline/samples', {}, options);
  const sample = samples.find(({ name }) => name === located.text);
  if (sample) return withModel(sample.ref, sample.inputs, sample.name, models, choose, trans);
  throw new Refusal(
    'bad-input',
    trans.__('“%1” is neither a model nor a sample that is alive in the kernel', located.text),
    trans.__('Run the cell that makes it, or right-click the name of a model, a tensor, a picture or a text.'),
  );
}

async function withModel(
  sample: SampleRef,
  kind: SampleKind,
  name: string,
  models: ModelInfo[],
  choose: Choose,
  trans: TranslationBundle,
): Promise<Question | null> {
  const model = await pick(models, kind, choose, trans.__('Which model is to explain “%1”?', shortened(name)));
  return model && { model: model.ref, sample, names: [model.name, name] };
}

/** Asks what the model is to explain. */
export async function withSample(
  model: ModelInfo,
  session: Session,
  options: RequestOptions,
  choose: Choose,
  trans: TranslationBundle,
): Promise<Question | null> {
  const { samples } = await session.request('heatline/samples', { model: model.ref }, options);
  if (samples.length === 0) {
    throw new Refusal(
      'bad-input',
      trans.__('No sample for “%1” is alive in the kernel', model.name),
      trans.__('Give a tensor, a picture, an array or a text a name and run the cell, or right-click a string.'),
    );
  }
  const sample = await pick(samples, model.inputs, choose, trans.__('What is “%1” to explain?', model.name));
  return sample && { model: model.ref, sample: sample.ref, names: [model.name, sample.name] };
}

/** The one that fits, or the one that the person picks; what fits best stands first. */
export async function pick<T extends ModelInfo | SampleInfo>(
  all: T[],
  kind: SampleKind,
  choose: Choose,
  title: string,
): Promise<T | null> {
  const ranked = fitting(all, kind);
  if (ranked.length === 1) return ranked[0];
  const index = await choose(
    title,
    ranked.map(({ name, detail, inputs }) => ({ name, detail, kind: inputs })),
  );
  return index === null ? null : ranked[index];
}

/** Those of the kind, then those of unknown kind; all of them where none fits, as a kind is only what it looks like. */
export function fitting<T extends { inputs: SampleKind }>(all: T[], kind: SampleKind): T[] {
  if (kind === 'unknown') return all;
  const same = all.filter(({ inputs }) => inputs === kind);
  const unknown = all.filter(({ inputs }) => inputs === 'unknown');
  return same.length + unknown.length > 0 ? [...same, ...unknown] : all;
}

function nothingHere(trans: TranslationBundle): Refusal {
  return new Refusal(
    'bad-input',
    trans.__('There is nothing to explain at this place'),
    trans.__('Right-click the name of a model or of a sample, or a text in quotes.'),
  );
}

export async function noModel(session: Session, options: RequestOptions, trans: TranslationBundle): Promise<Refusal> {
  const { torch, executable } = await session.request(
    'heatline/initialize',
    { version: VERSION, protocol: PROTOCOL },
    options,
  );
  return torch === null
    ? new Refusal(
        'no-torch',
        trans.__('torch is not installed in this kernel (%1)', executable),
        trans.__('Run "%pip install torch" in a cell, or choose a kernel that has it.'),
      )
    : new Refusal(
        'no-model',
        trans.__('No model is alive in this kernel'),
        trans.__('Run the cell that makes the model (a torch.nn.Module or a heatline.Model), then explain again.'),
      );
}

export function shortened(text: string): string {
  const line = text.trim().replace(/\s+/g, ' ');
  return line.length > 60 ? `${line.slice(0, 59)}…` : line;
}
