/** What is asked of a kernel, and what came of it. */

import type { Average, DataRef, Explanation, Method, ModelRef, SampleRef } from '@heatline/protocol';
import type { Ask } from '@heatline/views';
import type { Kernel } from '@jupyterlab/services';

/** Several methods or several classes, each with each. */
export interface Compared {
  methods: Method[];
  targets: number[];
}

interface Common {
  /** The kernel that the model lives in, as it is when it is asked; null where there is none any more. */
  kernel: () => Kernel.IKernelConnection | null;
  model: ModelRef;
  /** What a person calls the model, and the sample or the data. */
  names: [model: string, sample: string];
}

export interface AskedExplanation extends Common {
  kind: 'explain';
  sample: SampleRef;
  /** What differs from the settings. */
  how: Ask;
}

export interface AskedComparison extends Common {
  kind: 'compare';
  sample: SampleRef;
  how: Ask;
  compared: Compared;
}

export interface AskedAverage extends Common {
  kind: 'average';
  data: DataRef;
}

export type Asked = AskedExplanation | AskedComparison | AskedAverage;

/** A picture of one of the three kinds, a preview or the final one. */
export type Result =
  | { kind: 'explain'; explanation: Explanation }
  | { kind: 'compare'; explanations: Explanation[] }
  | { kind: 'average'; average: Average };

export interface Answer {
  asked: Asked;
  /** The name under which the agent remembers the result. */
  job: string;
  result: Result;
}

/** The same sample asked about again, with some things changed. */
export function changed(asked: Asked, how: Ask): AskedExplanation | null {
  if (asked.kind === 'average') return null;
  const { kernel, model, names, sample } = asked;
  const next = { ...asked.how, ...how };
  // A number of steps belongs to the method that it was given for.
  if (how.method !== undefined && how.steps === undefined) delete next.steps;
  return { kind: 'explain', kernel, model, names, sample, how: next };
}

/** The explanation that stands first in a result. */
export function firstExplanation(result: Result): Explanation | null {
  if (result.kind === 'average') return null;
  return result.kind === 'explain' ? result.explanation : (result.explanations[0] ?? null);
}

const MOST = 64;

/** The last answers of this page, by job: an output names its job, and can be asked on from here. */
export class Answers {
  private readonly byJob = new Map<string, Answer>();

  find(job: string): Answer | undefined {
    return this.byJob.get(job);
  }

  add(answer: Answer): void {
    this.byJob.set(answer.job, answer);
    for (const job of this.byJob.keys()) if (this.byJob.size > MOST) this.byJob.delete(job);
  }
}
