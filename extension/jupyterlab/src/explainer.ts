import type { Explanation, Located, ProgressValue, StaticResult } from '@heatline/protocol';
import type { Ask, Failure } from '@heatline/views';
import type { CodeCell } from '@jupyterlab/cells';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { Kernel } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Token, UUID } from '@lumino/coreutils';

import { type Answer, type Asked, type Compared, type Result, changed, firstExplanation } from './answer.js';
import { completeAverage } from './average.js';
import { kernelOf } from './cells.js';
import { compute, effective } from './compute.js';
import type { InlineColours } from './inline.js';
import type { AgentSource } from './kernel/agent.js';
import type { ChosenModels } from './kernel/chosen.js';
import { openSession } from './kernel/open.js';
import { Refusal } from './kernel/refusal.js';
import { remembering } from './kernel/remembering.js';
import type { RequestOptions, Session } from './kernel/session.js';
import { keepWords } from './kept.js';
import { colouredLiteral, colouredWords } from './literal.js';
import { ExplanationOutput, colouredOutput } from './output.js';
import type { ResultPanels } from './panel/token.js';
import { type Place, viewOf } from './place.js';
import { type Choose, type Question, complete } from './question.js';
import { revived } from './revived.js';
import { Run, type Runs } from './runs.js';
import { type SelectedText, markedWords } from './selection.js';
import { DEFAULTS, type ExplainSettings } from './settings.js';
import type { ColouredLiteral } from './unfinished.js';

/** Where a run is shown, from its first progress to its end. */
export interface Target {
  /** What is asked is known now. */
  asks(asked: Asked, settings: ExplainSettings): void;
  finish(answer: Answer, session: Session, coloured: ColouredLiteral | null): Promise<void>;
  /** It was cancelled; `failure` says so. */
  stop(failure: Failure): void;
  fail(failure: Failure): void;
  /** The person turned away before anything was asked. */
  remove(): void;
}

/** Puts a question together in a kernel; null where the person turns away. */
type Find = (session: Session, options: RequestOptions) => Promise<Asked | null>;
/** The agent that a question goes to; null where the person turns away. Rejects with a `Refusal`. */
type Open = () => Promise<Session | null>;
/** Colours what was asked about where it stands; what of that is to be saved. */
type Colour = (session: Session, explanation: Explanation) => Promise<ColouredLiteral | null>;

/** Carries a question from the gesture to the picture, the saved output and the coloured words. */
export class Explainer {
  settings: ExplainSettings = DEFAULTS;

  constructor(
    private readonly agents: AgentSource,
    private readonly runs: Runs,
    private readonly colours: InlineColours,
    private readonly chosen: ChosenModels,
    private readonly panel: ResultPanels,
    private readonly choose: Choose,
    private readonly trans: TranslationBundle,
  ) {}

  /** Resolves when the output says how it ended; what goes wrong is said there. */
  async explain(place: Place): Promise<void> {
    const { source, offset } = place;
    const run = this.begin();
    const kernel = rememberedKernel(place.kernel);
    let located: Located | null = null;
    const find: Find = async (session, options) => {
      located = await session.request('heatline/locate', { source, offset }, options);
      const question = await complete(located, session, options, this.choose, this.trans);
      return question && { kind: 'explain', kernel, how: {}, ...question };
    };
    const colour: Colour = async (session, explanation) => {
      const found = located && (await colouredLiteral(session, source, offset, located, explanation));
      const now = place.view.state.doc.toString();
      if (found && located && now === source) {
        this.colours.show(place.view, colouredWords(now, found, explanation, located.start));
      }
      return found;
    };
    await this.carry(run, this.target(run, place.cell), this.opening(kernel), find, colour);
  }

  /** A text that is selected in rendered Markdown, which has no output, or in an output of `cell`. */
  async explainSelection(panel: NotebookPanel, cell: CodeCell | null, selected: SelectedText): Promise<void> {
    const run = this.begin();
    const kernel = rememberedKernel(kernelOf(panel));
    const located: Located = { kind: 'string', start: 0, end: 0, text: selected.text, image: false };
    const find: Find = async (session, options) => {
      const question = await complete(located, session, options, this.choose, this.trans);
      return question && { kind: 'explain', kernel, how: {}, ...question };
    };
    const colour: Colour = async (_, explanation) => {
      if (explanation.picture.kind === 'text') this.colours.mark(markedWords(selected, explanation.picture));
      const written = panel.content.widgets.find(({ node }) => node.contains(selected.pieces[0].node));
      if (written) keepWords(written, explanation);
      return null;
    };
    await this.carry(run, cell ? this.target(run, cell) : this.panel.begin(run), this.opening(kernel), find, colour);
  }

  /** Another explanation of the sample that an output shows; it takes that output's place. */
  async askFrom(panel: NotebookPanel, cell: CodeCell, job: string | null, result: Result, how: Ask): Promise<void> {
    const run = this.begin();
    const kernel = rememberedKernel(kernelOf(panel));
    const known = job === null ? undefined : this.runs.answers.find(job);
    const find: Find = async (session, options) => {
      if (known?.asked.kernel()) return changed(known.asked, how);
      const question = await revived(result, session, options, this.choose, this.trans);
      return question && { kind: 'explain', kernel, how, ...question };
    };
    const literal = job === null ? null : (colouredOutput(cell.model.outputs, job)?.literal ?? null);
    const colour: Colour = async (_, explanation) => {
      const view = viewOf(cell);
      if (literal && view) this.colours.show(view, colouredWords(view.state.doc.toString(), literal, explanation));
      return literal;
    };
    await this.carry(run, this.output(run, cell, job), this.opening(kernel), find, colour);
  }

  /** Another explanation of the sample that the side panel shows. */
  async askOn(answer: Answer, how: Ask): Promise<void> {
    const asked = changed(answer.asked, how);
    if (asked) await this.inPanel(asked);
  }

  /** Several methods or classes side by side. */
  async compare({ asked }: Answer, compared: Compared): Promise<void> {
    if (asked.kind !== 'average') await this.inPanel({ ...asked, kind: 'compare', compared });
  }

  /** What a model makes of its inputs on average over data that are alive in a notebook's kernel. */
  async average(panel: NotebookPanel): Promise<void> {
    const run = this.begin();
    const kernel = rememberedKernel(kernelOf(panel));
    const find: Find = async (session, options) => {
      const question = await completeAverage(session, options, this.choose, this.trans);
      return question && { kind: 'average', kernel, ...question };
    };
    await this.carry(run, this.panel.begin(run), this.opening(kernel), find);
  }

  /** In a kernel that no notebook shows, which `start` starts unless the person turns away; the side panel has the result. */
  async explainWithout(
    start: () => Promise<Kernel.IKernelConnection | null>,
    question: (session: Session, options: RequestOptions) => Promise<Question | null>,
  ): Promise<void> {
    const run = this.begin(this.trans.__('Starting a kernel'));
    let kernel: Asked['kernel'] = () => null;
    const open: Open = async () => {
      const started = await start();
      kernel = rememberedKernel(started);
      return started && openSession(started, this.agents, this.trans);
    };
    const find: Find = async (session, options) => {
      const found = await question(session, options);
      return found && { kind: 'explain', kernel, how: {}, ...found };
    };
    await this.carry(run, this.panel.begin(run), open, find);
  }

  /** Where the question was answered. Rejects with a `Refusal` where that is gone. */
  open(asked: Asked): Promise<Session> {
    return openSession(asked.kernel(), this.agents, this.trans, this.settings.whileBusy);
  }

  private async inPanel(asked: Asked): Promise<void> {
    const run = this.begin();
    await this.carry(run, this.panel.begin(run), this.opening(asked.kernel), async () => asked);
  }

  private opening(kernel: Asked['kernel']): Open {
    return () => openSession(kernel(), this.agents, this.trans, this.settings.whileBusy);
  }

  private begin(message = this.trans.__('Asking the kernel')): Run {
    const run = new Run(UUID.uuid4());
    run.update({ progress: { message, percentage: 0 } });
    this.runs.add(run);
    return run;
  }

  private target(run: Run, cell: CodeCell | null): Target {
    return cell === null || this.settings.place === 'panel' ? this.panel.begin(run) : this.output(run, cell, null);
  }

  private output(run: Run, cell: CodeCell, replaced: string | null): Target {
    const output = new ExplanationOutput(cell, run, this.trans.__('An explanation is under way.'), replaced);
    return {
      asks: (asked, settings) => output.asks(JSON.stringify([...asked.names, effective(asked, settings)])),
      finish: async (answer, session, coloured) => {
        this.panel.keep(answer);
        if (answer.result.kind !== 'explain') return;
        output.finish(answer.result.explanation, await staticForms(session, answer.job), coloured);
      },
      stop: (failure) => {
        const { result } = run.state;
        if (output.isRepeated) output.remove();
        else if (result?.kind === 'explain') output.finish(result.explanation, null, null);
        else output.fail(failure);
      },
      fail: (failure) => output.fail(failure),
      remove: () => output.remove(),
    };
  }

  private async carry(
    run: Run,
    target: Target,
    open: Open,
    find: Find,
    colour: Colour = async () => null,
  ): Promise<void> {
    const asking = this.trans.__('Asking the kernel');
    const options = {
      signal: run.signal,
      onProgress: (progress: ProgressValue) => run.update({ progress: { ...progress, message: progress.message || asking } }),
      onResult: (result: Result) => run.update({ result }),
    };
    const { settings } = this;
    let answer: Answer | null = null;
    try {
      const session = await open();
      const asked = session && (await find(session, options));
      if (session === null || asked === null) return target.remove();
      target.asks(asked, settings);
      this.runs.names(doing(asked, this.trans));
      const result = await compute(session, asked, settings, run.job, options);
      run.update({ result });
      answer = { asked, job: run.job, result };
      this.remember(answer);
      const coloured = result.kind === 'explain' ? colour(session, result.explanation).catch(() => null) : null;
      await target.finish(answer, session, await coloured);
    } catch (error) {
      this.end(run, target, error);
    } finally {
      this.runs.remove(run, answer);
    }
  }

  /** What comes without a gesture may use the models that the person has used. */
  private remember({ asked, result }: Answer): void {
    const kernel = asked.kernel();
    const explanation = firstExplanation(result);
    if (kernel && explanation) this.chosen.add(kernel, { name: asked.names[0], kind: explanation.picture.kind });
  }

  /** A cancelled run leaves the picture that it had, or the earlier answer; every other end is said in one line. */
  private end(run: Run, target: Target, error: unknown): void {
    const refusal = error instanceof Refusal ? error : new Refusal('internal', String(error));
    if (refusal.traceback) console.info(`heatline: ${refusal.message}\n${refusal.traceback}`);
    const failure = { message: refusal.message, next_step: refusal.nextStep };
    const stopped = refusal.kind === 'cancelled';
    run.update({ progress: null, failure: stopped && run.state.result ? null : failure });
    if (stopped) target.stop(failure);
    else target.fail(failure);
  }
}

function rememberedKernel(kernel: Kernel.IKernelConnection | null): Asked['kernel'] {
  return kernel ? remembering(kernel) : () => null;
}

function doing(asked: Asked, trans: TranslationBundle): string {
  return trans.__('%1 explains %2', ...asked.names);
}

/** The result for viewers without heatline; null where the agent no longer has it, which spoils nothing else. */
async function staticForms(session: Session, job: string): Promise<StaticResult | null> {
  return session.request('heatline/static', { job }).catch(() => null);
}

export const IExplainer = new Token<Explainer>('@heatline/jupyterlab:IExplainer', 'Explains what a person asks about.');
