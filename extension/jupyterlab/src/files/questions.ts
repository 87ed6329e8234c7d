/** Which model explains an image of the file browser. */

import type { FactoryModel, ModelInfo } from '@heatline/protocol';
import type { TranslationBundle } from '@jupyterlab/translation';

import { Refusal } from '../kernel/refusal.js';
import type { RequestOptions, Session } from '../kernel/session.js';
import { type Choose, type Question, fitting } from '../question.js';

/** The folder that the kernel works in. */
const ROOT = '.';

export class FileModels {
  /** The model that the person has chosen last. */
  private chosen: FromSource | null = null;

  constructor(
    private readonly choose: Choose,
    private readonly trans: TranslationBundle,
  ) {}

  /** An image, by the model that was chosen before, the only one that fits, or the one that is picked. */
  async forImage(path: string, session: Session, options: RequestOptions): Promise<Question | null> {
    const model = this.chosen ?? (await this.fitting(path, session, options));
    return model && { model: model.ref, sample: { kind: 'file', path }, names: [model.name, path.split('/').at(-1) ?? path] };
  }

  private async fitting(path: string, session: Session, options: RequestOptions): Promise<FromSource | null> {
    const models = fitting(await inSource(session, options), 'image');
    if (models.length === 0) {
      throw new Refusal(
        'no-model',
        this.trans.__('No model was found in the program text of this folder'),
        this.trans.__('Write a function without arguments that returns a torch.nn.Module or a heatline.Model, or right-click a checkpoint and take “Use as Model”.'),
      );
    }
    const one = await this.pick(this.trans.__('Which model is to explain “%1”?', path), models);
    if (one) this.chosen = one;
    return one;
  }

  /** Makes a checkpoint the chosen model: alone, or as the weights of a model that program text makes. */
  async useCheckpoint(path: string, session: Session, options: RequestOptions): Promise<FromSource | null> {
    const alone = info(path, this.trans.__('the file alone'));
    const filled = (await inSource(session, options)).map(({ ref, name, inputs }) =>
      info(`${path}@${ref.spec}`, this.trans.__('as the weights of %1 (%2)', name, ref.spec), inputs),
    );
    const one = await this.pick(this.trans.__('What is “%1”?', path), [alone, ...filled]);
    if (one) this.chosen = one;
    return one;
  }

  private async pick(title: string, models: FromSource[]): Promise<FromSource | null> {
    if (models.length === 1) return models[0];
    const choices = models.map(({ name, detail, inputs: kind }) => ({ name, detail, kind }));
    const index = await this.choose(title, choices);
    return index === null ? null : models[index];
  }
}

/** A model that program text or a file makes. */
export interface FromSource extends ModelInfo {
  ref: FactoryModel;
}

async function inSource(session: Session, options: RequestOptions): Promise<FromSource[]> {
  const { models } = await session.request('heatline/models', { root: ROOT }, options);
  return models.filter((model): model is FromSource => model.ref.kind === 'factory');
}

function info(spec: string, detail: string, inputs: ModelInfo['inputs'] = 'unknown'): FromSource {
  const name = spec.split('@')[0].split('/').at(-1) ?? spec;
  return { ref: { kind: 'factory', spec }, name, detail, inputs, origin: 'source' };
}
