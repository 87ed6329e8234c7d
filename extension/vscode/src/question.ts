/** What is asked: a sample, a model, and how. */

import type { Average, CompareParams, ExplainParams, Explanation, Method, ModelInfo } from '@heatline/protocol';
import type { Ask } from '@heatline/views';

import type { DataSet } from './data-set';
import type { LiveSession } from './live/session';
import type { Sample } from './sample';

/** Several methods or several classes, each with each. */
export interface Compared {
  methods: Method[];
  targets: number[];
}

export interface Question {
  sample: Sample;
  model: ModelInfo;
  /** What differs from the settings. */
  how: Ask;
  compared?: Compared;
  /** Where the model is alive, if it is. */
  live?: LiveSession;
}

/** What is asked about a model as a whole. */
export interface AverageQuestion {
  model: ModelInfo;
  data: DataSet;
}

/** What came of a question, with the name under which the agent remembers it. */
export interface ExplainAnswer {
  question: Question;
  job: string;
  explanations: Explanation[];
}

export interface AverageAnswer {
  question: AverageQuestion;
  job: string;
  average: Average;
}

/** What a panel shows, and can step back to. */
export type Answer = ExplainAnswer | AverageAnswer;

export function isAverage(answer: Answer): answer is AverageAnswer {
  return 'average' in answer;
}

/** The same question with some things changed. */
export function changed(question: Question, how: Ask): Question {
  const next = { ...question.how, ...how };
  // A number of steps belongs to the method that it was given for.
  if (how.method !== undefined && how.steps === undefined) delete next.steps;
  return { sample: question.sample, model: question.model, live: question.live, how: next };
}

export function explainParams({ sample, model, how }: Question, job: string): ExplainParams {
  return { model: model.ref, sample: sample.ref, job, ...how };
}

export function compareParams({ sample, model, how }: Question, compared: Compared, job: string): CompareParams {
  const { score, baseline, steps } = how;
  return { model: model.ref, sample: sample.ref, job, score, baseline, steps, ...compared };
}
