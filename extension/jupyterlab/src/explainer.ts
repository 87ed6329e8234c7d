import type { Explanation, Located, Method, Score, StaticResult } from '@heatline/protocol';
import { fullStrength } from '@heatline/views';
import type { TranslationBundle } from '@jupyterlab/translation';
import { UUID } from '@lumino/coreutils';

import type { InlineColours } from './inline.js';
import type { AgentSource } from './kernel/agent.js';
import type { ChosenModels } from './kernel/chosen.js';
import { Refusal } from './kernel/refusal.js';
import { KernelSession, type RequestOptions, type Session } from './kernel/session.js';
import { ExplanationOutput } from './output.js';
import type { Place } from './place.js';
import { type Choose, complete } from './question.js';
import { Run, type Runs } from './runs.js';

export interface ExplainSettings {
  method: Method;
  score: Score;
  /** Gradients to spend; the method's default when null. */
  steps: number | null;
}

/** Carries a question from the gesture to the saved output and the coloured words. */
export class Explainer {
  settings: ExplainSettings = { method: 'integrated', score: 'probability', steps: null };

  constructor(
    private readonly agents: AgentSource,
    private readonly runs: Runs,
    private readonly colours: InlineColours,
    private readonly chosen: ChosenModels,
    private readonly choose: Choose,
    private readonly trans: TranslationBundle,
  ) {}

  /** Resolves when the output says how it ended; what goes wrong is said there. */
  async explain(place: Place): Promise<void> {
    const run = new Run(UUID.uuid4());
    const asking = this.trans.__('Asking the kernel');
    run.update({ progress: { message: asking, percentage: 0 } });
    this.runs.add(run);
    const output = new ExplanationOutput(place.cell, run, this.trans.__('An explanation is under way.'));
    const options: RequestOptions = {
      signal: run.signal,
      onProgress: (progress) => run.update({ progress: { ...progress, message: progress.message || asking } }),
      onUpdate: (explanation) => run.update({ explanation }),
    };
    try {
      const kernel = place.panel.sessionContext.session?.kernel ?? null;
      const session = await KernelSession.open(kernel, this.agents, this.trans);
      const { source, offset } = place;
      const located = await session.request('heatline/locate', { source, offset }, options);
      const question = await complete(located, session, options, this.choose, this.trans);
      if (question === null) return output.remove();
      const { model, sample, names } = question;
      output.asks(JSON.stringify([...names, ...Object.values(this.settings)]));
      const params = { model, sample, ...this.settings, job: run.job };
      const explanation = await session.request('heatline/explain', params, options);
      run.update({ explanation });
      if (kernel) this.chosen.add(kernel, { name: names[0], kind: explanation.picture.kind });
      output.finish(explanation, await staticForms(session, run.job));
      await this.colour(session, place, located, explanation);
    } catch (error) {
      this.end(run, output, error);
    } finally {
      this.runs.remove(run);
    }
  }

  /** Colours the literal that was right-clicked, if it still stands as it was explained. */
  private async colour(session: Session, place: Place, located: Located, explanation: Explanation): Promise<void> {
    const { picture } = explanation;
    if (located.kind !== 'string' || picture.kind !== 'text') return;
    const { source, offset, view } = place;
    const spans = picture.words.map(({ start, end }) => ({ start, end }));
    const { ranges } = await session.request('heatline/inlineAttributions', { source, offset, spans });
    if (view.state.doc.toString() !== source) return;
    const full = fullStrength(picture.words.map(({ score }) => score), 100) || 1;
    this.colours.show(
      view,
      ranges.map(({ span, start, end }) => {
        const { text, score } = picture.words[span];
        return { from: start, to: end, text, score, label: explanation.target.label, strength: score / full };
      }),
    );
  }

  /** A cancelled run leaves the picture that it had, or the earlier answer; every other end is said in one line. */
  private end(run: Run, output: ExplanationOutput, error: unknown): void {
    const refusal = error instanceof Refusal ? error : new Refusal('internal', String(error));
    if (refusal.traceback) console.info(`heatline: ${refusal.message}\n${refusal.traceback}`);
    if (refusal.kind === 'cancelled') {
      if (output.isRepeated) return output.remove();
      if (run.state.explanation) return output.finish(run.state.explanation, null);
    }
    const failure = { message: refusal.message, next_step: refusal.nextStep };
    run.update({ progress: null, failure });
    output.fail(failure);
  }
}

/** The result for viewers without heatline; null where the agent no longer has it, which spoils nothing else. */
async function staticForms(session: Session, job: string): Promise<StaticResult | null> {
  return session.request('heatline/static', { job }).catch(() => null);
}
