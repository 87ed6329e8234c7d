/** The question behind a result that this page has not asked: of a cell's own code, or of a saved notebook. */

import type { TranslationBundle } from '@jupyterlab/translation';

import { type Result, firstExplanation } from './answer.js';
import type { RequestOptions, Session } from './kernel/session.js';
import { type Choose, type Question, noModel, pick, shortened, withSample } from './question.js';

/**
 * Finds the model and the sample by their names, and asks for what is not alive under its name; null when the person
 * dismisses that. Rejects with a `Refusal` where nothing fits.
 */
export async function revived(
  result: Result,
  session: Session,
  options: RequestOptions,
  choose: Choose,
  trans: TranslationBundle,
): Promise<Question | null> {
  const explanation = firstExplanation(result);
  if (!explanation) return null;
  const { picture, sample } = explanation;
  const { models } = await session.request('heatline/models', {}, options);
  if (models.length === 0) throw await noModel(session, options, trans);
  const model =
    models.find(({ name }) => name === explanation.model) ??
    (await pick(models, picture.kind, choose, trans.__('Which model is to explain “%1”?', shortened(sample))));
  if (!model) return null;
  if (picture.kind === 'text') {
    return { model: model.ref, sample: { kind: 'text', text: picture.text }, names: [model.name, sample] };
  }
  const { samples } = await session.request('heatline/samples', { model: model.ref }, options);
  const alive = samples.find(({ name }) => name === sample);
  if (alive) return { model: model.ref, sample: alive.ref, names: [model.name, alive.name] };
  return withSample(model, session, options, choose, trans);
}
