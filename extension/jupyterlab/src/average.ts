/** Which model is averaged over which data of a live kernel. */

import type { DataRef, ModelRef, SampleInfo } from '@heatline/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';

import { Refusal } from './kernel/refusal.js';
import type { RequestOptions, Session } from './kernel/session.js';
import { type Choose, noModel, pick } from './question.js';

export interface AverageQuestion {
  model: ModelRef;
  data: DataRef;
  names: [model: string, data: string];
}

/** Asks for both; null when the person dismisses that. Rejects with a `Refusal` where there is nothing to pick from. */
export async function completeAverage(
  session: Session,
  options: RequestOptions,
  choose: Choose,
  trans: TranslationBundle,
): Promise<AverageQuestion | null> {
  const { models } = await session.request('heatline/models', {}, options);
  if (models.length === 0) throw await noModel(session, options, trans);
  const { samples } = await session.request('heatline/samples', { purpose: 'average' }, options);
  const sets = samples.filter(isData);
  if (sets.length === 0) {
    throw new Refusal(
      'bad-input',
      trans.__('No data set is alive in the kernel'),
      trans.__('Give a DataLoader, a list of texts or a batch a name and run the cell.'),
    );
  }
  const model = await pick(models, 'unknown', choose, trans.__('Which model is to be averaged?'));
  const data = model && (await pick(sets, model.inputs, choose, trans.__('Over which data is “%1” to be averaged?', model.name)));
  return data && { model: model.ref, data: data.ref, names: [model.name, data.name] };
}

function isData(info: SampleInfo): info is SampleInfo & { ref: DataRef } {
  return info.ref.kind === 'live';
}
