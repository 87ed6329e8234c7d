/** From a question to requests of the protocol, and their answers to a result. */

import type { Explanation, Method, ProgressValue } from '@heatline/protocol';
import type { Ask } from '@heatline/views';

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

/** How one sample is explained: as is asked, and where that says nothing, as the settings have it. */
export function explaining(how: Ask, { method, score, baseline, steps, device }: ExplainSettings): Record<string, unknown> {
  const chosen = how.method ?? method;
  const spent = ON_A_PATH.has(chosen) ? (how.steps ?? steps) : null;
  return { score, baseline, device, ...how, method: chosen, steps: spent };
}

/** The settings that a question is asked with, its own first. */
export function effective(asked: Asked, settings: ExplainSettings): Record<string, unknown> {
  const { score, baseline, steps, device, limit } = settings;
  if (asked.kind === 'average') return { limit, device };
  if (asked.kind === 'explain') return explaining(asked.how, settings);
  const { target: _, method: __, ...how } = asked.how;
  return { score, baseline, device, steps, ...how, ...asked.compared };
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
