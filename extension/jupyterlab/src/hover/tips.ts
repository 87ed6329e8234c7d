/** Finds out what a hover shows. */

import type { Explanation, Located, ModelInfo, SampleKind, SampleRef } from '@heatline/protocol';
import type { Kernel, KernelMessage } from '@jupyterlab/services';

import type { ChosenModel } from '../kernel/chosen.js';
import { Refusal } from '../kernel/refusal.js';
import type { Session } from '../kernel/session.js';
import type { Tip } from './tip.js';

/** How samples are explained: parameters of `heatline/explain`. */
type How = Record<string, unknown>;

/** A model that may be asked, as it is alive now. */
interface Usable extends ChosenModel {
  info: ModelInfo;
}

/** What a kernel was asked about by hovers. It holds until a cell runs there, or goes on. */
export class Tips {
  private tips = new Map<string, Promise<Tip | null>>();
  private abort = new AbortController();

  constructor(kernel: Kernel.IKernelConnection) {
    kernel.iopubMessage.connect((_, message) => movesOn(message) && this.forget());
    kernel.statusChanged.connect((_, status) => status === 'restarting' && this.forget());
  }

  /** The tip of what stands somewhere in program text; null where there is nothing to say. */
  async of(located: Located, session: Session, chosen: readonly ChosenModel[], how: How): Promise<Tip | null> {
    const key = JSON.stringify([located.kind, located.text, chosen, how]);
    let tip = this.tips.get(key);
    if (!tip) {
      const { signal } = this.abort;
      tip = new Question(session, chosen, how, signal).tip(located);
      this.tips.set(key, tip);
      // What was not answered may be asked again.
      tip.catch(() => this.tips.get(key) === tip && this.tips.delete(key));
    }
    return tip;
  }

  private forget(): void {
    this.abort.abort();
    this.abort = new AbortController();
    this.tips.clear();
  }
}

/** A cell has begun to run, or a paused one to go on. Silent requests, such as ours, publish no such message. */
function movesOn({ header, content }: KernelMessage.IIOPubMessage): boolean {
  if (header.msg_type !== 'debug_event') return header.msg_type === 'execute_input';
  return ['continued', 'stopped'].includes((content as { event?: string }).event ?? '');
}

class Question {
  constructor(
    private readonly session: Session,
    private readonly chosen: readonly ChosenModel[],
    private readonly how: How,
    private readonly signal: AbortSignal,
  ) {}

  async tip(located: Located): Promise<Tip | null> {
    if (located.kind === 'nothing') return null;
    const models = await this.usable();
    if (models.length === 0) return null;
    if (located.kind === 'name') {
      return (await this.ofPrediction(located.text, models)) ?? (await this.ofVariable(located.text, models));
    }
    if (located.image) return this.ofSample({ kind: 'file', path: located.text }, 'image', models);
    const isProse = located.text.trim().split(/\s+/).length > 1;
    return isProse ? this.ofSample({ kind: 'text', text: located.text }, 'text', models) : null;
  }

  /** The chosen models that are alive; those chosen last stand first. */
  private async usable(): Promise<Usable[]> {
    const { models } = await this.session.request('heatline/models', {}, { signal: this.signal });
    return this.chosen.flatMap((model) => {
      const info = models.find(({ name }) => name === model.name);
      return info ? [{ ...model, info }] : [];
    });
  }

  private async ofPrediction(name: string, models: Usable[]): Promise<Tip | null> {
    const allowed = models.flatMap(({ info: { ref } }) => (ref.kind === 'live' ? [ref] : []));
    const found = await this.session
      .request('heatline/provenance', { name, index: 0, models: allowed }, { signal: this.signal })
      .catch(unlessRefused);
    if (!found) return null;
    const { statement, agreement, message, values, model, sample } = found;
    return {
      title: `${model.name} → ${name}`,
      origin: { statement, agreement, message, values },
      classes: [],
      // A picture of what x is now would not tell what made this prediction.
      explanation: agreement === 'changed' ? null : this.explain(model, sample.ref),
    };
  }

  private async ofVariable(name: string, models: Usable[]): Promise<Tip | null> {
    const { samples } = await this.session.request('heatline/samples', {}, { signal: this.signal });
    const sample = samples.find((it) => it.name === name);
    if (!sample) return null;
    const { ref, batch } = sample;
    const first: SampleRef = ref.kind === 'live' && batch !== null ? { ...ref, index: 0 } : ref;
    return this.ofSample(first, sample.inputs, models);
  }

  private async ofSample(sample: SampleRef, kind: SampleKind, models: Usable[]): Promise<Tip | null> {
    const model = models.find((it) => it.kind === kind);
    if (!model) return null;
    const params = { model: model.info.ref, sample };
    const said = await this.session.request('heatline/predict', params, { signal: this.signal }).catch(unlessRefused);
    if (!said) return null;
    const { classes } = said;
    return { title: `${said.model}(${said.sample})`, origin: null, classes, explanation: this.explain(model.info, sample) };
  }

  private explain(model: ModelInfo, sample: SampleRef): Promise<Explanation> {
    const params = { model: model.ref, sample, ...this.how };
    const explanation = this.session.request('heatline/explain', params, { signal: this.signal });
    explanation.catch(() => undefined); // the pointer may be elsewhere when it fails
    return explanation;
  }
}

/** What the agent cannot answer is nothing to say at the pointer; a kernel that is gone may answer later. */
function unlessRefused(error: unknown): null {
  if (error instanceof Refusal && !['cancelled', 'agent-died'].includes(error.kind)) return null;
  throw error;
}
