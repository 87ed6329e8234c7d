/** From a variable of a paused program to a question: the model and the sample that belong to it. */

import type { BatchEntry, LiveSample, ModelInfo, SampleInfo } from '@heatline/protocol';
import * as vscode from 'vscode';

import { Problem } from '../failure';
import type { Question } from '../question';
import type { PausedProgram } from './program';

const MOST_ENTRIES = 64;
/** How the agent refuses to say what made a variable: it holds no numbers, or no model made it. */
const NO_PREDICTION: readonly string[] = ['bad-input', 'no-model'];

/** The question that a variable stands for: a prediction, a sample or a model. Undefined where the person turned away. */
export async function questionOf(name: string, program: PausedProgram): Promise<Question | undefined> {
  const { models } = await program.request('heatline/models', {});
  const own = models.find((model) => model.name === name);
  if (own) return withSample(own, await pickSample(program, own), program);
  const made = await provenance(name, program);
  if (made) return withSample(made.model, made.sample, program);
  const { samples } = await program.request('heatline/samples', {});
  const sample = samples.find((info) => info.name === name);
  if (!sample) {
    throw new Problem(
      vscode.l10n.t('{0} is neither a model nor a sample nor a prediction.', name),
      vscode.l10n.t('Choose a module, a tensor, an array, a picture or a text.'),
    );
  }
  const model = await pickModel(models, sample);
  return model && withSample(model, sample, program);
}

/** The model and the sample that made a prediction; undefined for what is none. */
async function provenance(
  name: string,
  program: PausedProgram,
): Promise<{ model: ModelInfo; sample: SampleInfo } | undefined> {
  const never = new vscode.CancellationTokenSource();
  try {
    return await program.pull('heatline/provenance', { name }, () => undefined, never.token);
  } catch (error) {
    if (error instanceof Problem && NO_PREDICTION.includes(error.kind)) return undefined;
    throw error;
  } finally {
    never.dispose();
  }
}

async function pickModel(models: ModelInfo[], sample: SampleInfo): Promise<ModelInfo | undefined> {
  if (models.length === 0) {
    throw new Problem(
      vscode.l10n.t('There is no model in this frame.'),
      vscode.l10n.t('Select a frame in which a module is a variable.'),
    );
  }
  if (models.length === 1) return models[0];
  const fits = (model: ModelInfo): number => (model.inputs === sample.inputs ? 0 : model.inputs === 'unknown' ? 1 : 2);
  const items = [...models]
    .sort((a, b) => fits(a) - fits(b))
    .map((model) => ({ label: `$(symbol-method) ${model.name}`, description: model.detail, model }));
  return (await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Explain with which model?') }))?.model;
}

async function pickSample(program: PausedProgram, model: ModelInfo): Promise<SampleInfo | undefined> {
  const { samples } = await program.request('heatline/samples', { model: model.ref });
  if (samples.length === 0) throw new Problem(vscode.l10n.t('There is no sample in this frame.'));
  const items = samples.map((sample) => ({ label: `$(symbol-variable) ${sample.name}`, description: sample.detail, sample }));
  return (await vscode.window.showQuickPick(items, { title: vscode.l10n.t('Explain which sample?') }))?.sample;
}

/** One entry of a batch is picked by the person. */
async function withSample(
  model: ModelInfo,
  sample: SampleInfo | undefined,
  program: PausedProgram,
): Promise<Question | undefined> {
  if (!sample) return undefined;
  let { ref, name } = sample;
  if (sample.batch != null && ref.kind === 'live') {
    const entry = await pickEntry(ref, model, program);
    if (!entry) return undefined;
    ref = { ...ref, index: entry.index };
    name = `${name}[${entry.index}]`;
  }
  return { sample: { ref, name, inputs: sample.inputs, root: undefined }, model, how: {}, program };
}

async function pickEntry(sample: LiveSample, model: ModelInfo, program: PausedProgram): Promise<BatchEntry | undefined> {
  const params = { sample, model: model.ref.kind === 'live' ? model.ref : null, count: MOST_ENTRIES };
  const { entries } = await program.request('heatline/batch', params);
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
