/** From a question to requests of the protocol, and their answers to a result. */

import type { Explanation, Method, ProgressValue } from '@heatline/protocol';

import type { Asked, Result } from './answer.js';
import type { Session } from './kernel/session.js';
import type { ExplainSettings } from './settings.js';

/** Methods that spend a number of gradients along a path. */
const ON_A_PATH: ReadonlySet<Method> = new Set<Method>(['integrated', 'interior']);

export interface Listener {
  signal: AbortSignal;
  onProgress: (progress: ProgressValue) => void;
  /** A better picture; it replaces the one before. */
  onResult: (result: Result) => void;
}

/** The settings that a question is asked with, its own first. */
export function effective(asked: Asked, settings: ExplainSettings): Record<string, unknown> {
  const { method, score, baseline, steps, device, limit } = settings;
  if (asked.kind === 'average') return { limit, device };
  const options = { score, baseline, device, ...asked.how };
  const chosen = asked.how.method ?? method;
  const onPath = asked.kind === 'explain' ? ON_A_PATH.has(chosen) : true;
  const spent = onPath ? (asked.how.steps ?? steps) : null;
  if (asked.kind === 'explain') return { ...options, method: chosen, steps: spent };
  const { target: _, method: __, ...common } = options;
  return { ...common, steps: spent, ...asked.compared };
}

/** Rejects with a `Refusal`. */
export async function compute(
  session: Session,
  asked: Asked,
  settings: ExplainSettings,
  job: string,
  { signal, onProgress, onResult }: Listener,
): Promise<Result> {
  const how = effective(asked, settings);
  const { model } = asked;
  switch (asked.kind) {
    case 'explain': {
      const params = { model, sample: asked.sample, ...how, job };
      const explanation = await session.request('heatline/explain', params, {
        signal,
        onProgress,
        onUpdate: (update) => onResult({ kind: 'explain', explanation: update.explanation }),
      });
      return { kind: 'explain', explanation };
    }
    case 'compare': {
      const pictures: Explanation[] = [];
      const params = { model, sample: asked.sample, ...how, job };
      const { explanations } = await session.request('heatline/compare', params, {
        signal,
        onProgress,
        onUpdate: ({ explanation, index = 0 }) => {
          pictures[index] = explanation;
          onResult({ kind: 'compare', explanations: pictures.filter(Boolean) });
        },
      });
      return { kind: 'compare', explanations };
    }
    case 'average': {
      const params = { model, data: asked.data, ...how, job };
      const average = await session.request('heatline/average', params, {
        signal,
        onProgress,
        onAverage: (better) => onResult({ kind: 'average', average: better }),
      });
      return { kind: 'average', average };
    }
  }
}
