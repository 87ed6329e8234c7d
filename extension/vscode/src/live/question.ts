/** From a variable of a live session to a question: the model and the sample that belong to it. */

import type { BatchEntry, LiveSample, ModelInfo, Provenance, SampleInfo, SampleKind } from '@heatline/protocol';
import * as vscode from 'vscode';

import { Problem } from '../failure';
import type { Question } from '../question';
import type { LiveSession } from './session';

const MOST_ENTRIES = 64;
/** How the agent refuses to say what made a variable: it holds no numbers, or no model made it. */
const NO_PREDICTION: readonly string[] = ['bad-input', 'no-model'];

/** The question that a variable stands for: a prediction, a sample or a model. Undefined where the person turned away. */
export async function questionOf(name: string, live: LiveSession): Promise<Question | undefined> {
  const { models } = await live.request('heatline/models', {});
  const own = models.find((model) => model.name === name);
  if (own) return withSample(own, await pickSample(live, own), live);
  const title = vscode.l10n.t('Looking for what made {0}', name);
  const where = { location: vscode.ProgressLocation.Window, title };
  const made = await vscode.window.withProgress(where, (_, cancel) => provenance(name, live, cancel));
  if (made) return withSample(made.model, made.sample, live);
  const { samples } = await live.request('heatline/samples', {});
  if (models.length + samples.length === 0) {
    throw new Problem(
      vscode.l10n.t('No model and no sample is alive here.'),
      vscode.l10n.t('Run the code that makes them; in a debugger, select a frame in which they are variables.'),
    );
  }
  const sample = samples.find((info) => info.name === name);
  if (!sample) {
    throw new Problem(
      vscode.l10n.t('{0} is neither a model nor a sample nor a prediction.', name),
      vscode.l10n.t('Choose a module, a tensor, an array, a picture or a text.'),
    );
  }
  const model = await pickModel(models, sample);
  return model && withSample(model, sample, live);
}

/** The model and the sample that made a prediction; undefined for what is none. */
export async function provenance(
  name: string,
  live: LiveSession,
  cancel: vscode.CancellationToken,
): Promise<Provenance | undefined> {
  try {
    return await live.pull('heatline/provenance', { name }, cancel);
  } catch (error) {
    if (error instanceof Problem && NO_PREDICTION.includes(error.kind)) return undefined;
    throw error;
  }
}

/** Asks where there are several, what reads this kind of sample first. */
export async function pickModel(models: ModelInfo[], sample: { inputs: SampleKind }): Promise<ModelInfo | undefined> {
  if (models.length === 0) {
    throw new Problem(
      vscode.l10n.t('No model is alive here.'),
      vscode.l10n.t('Run the code that makes it; in a debugger, select a frame in which a module is a variable.'),
    );
  }
  if (models.length === 1) return models[0];
  const fits = (model: ModelInfo): number => (model.inputs === sample.inputs ? 0 : model.inputs === 'unknown' ? 1 : 2);
  const items = [...models]
    .sort((a, b) => fits(a) - fits(b))
    .map((model) => ({ label: `$(symbol-method) ${model.name}`, description: model.detail, model }));
  return (await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Explain with which model?') }))?.model;
}

async function pickSample(live: LiveSession, model: ModelInfo): Promise<SampleInfo | undefined> {
  const { samples } = await live.request('heatline/samples', { model: model.ref });
  if (samples.length === 0) throw new Problem(vscode.l10n.t('No sample is alive here.'));
  const items = samples.map((sample) => ({ label: `$(symbol-variable) ${sample.name}`, description: sample.detail, sample }));
  return (await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Explain which sample?') }))?.sample;
}

/** One entry of a batch is picked by the person. */
async function withSample(
  model: ModelInfo,
  sample: SampleInfo | undefined,
  live: LiveSession,
): Promise<Question | undefined> {
  if (!sample) return undefined;
  let { ref, name } = sample;
  if (sample.batch != null && ref.kind === 'live') {
    const entry = await pickEntry(ref, model, live);
    if (!entry) return undefined;
    ref = { ...ref, index: entry.index };
    name = `${name}[${entry.index}]`;
  }
  return { sample: { ref, name, inputs: sample.inputs, root: undefined }, model, how: {}, live };
}

async function pickEntry(sample: LiveSample, model: ModelInfo, live: LiveSession): Promise<BatchEntry | undefined> {
  const params = { sample, model: model.ref.kind === 'live' ? model.ref : null, count: MOST_ENTRIES };
  const { entries } = await live.request('heatline/batch', params);
  if (entries.length === 1) return entries[0];
  const items = entries.map((entry) => ({
    label: String(entry.index),
    description: entry.detail,
    iconPath: icon(entry),
    entry,
  }));
  return (await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Explain which sample of the batch?') }))?.entry;
}

function icon({ thumbnail }: BatchEntry): vscode.Uri | undefined {
  if (!thumbnail || thumbnail.format === 'rgb') return undefined;
  return vscode.Uri.parse(`data:image/${thumbnail.format};base64,${thumbnail.data}`);
}
