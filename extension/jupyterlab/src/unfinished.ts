import type { Failure } from '@heatline/views';

/** The MIME type of an output that holds no explanation (yet). Viewers without heatline show its plain text. */
export const RUN_MIME = 'application/vnd.heatline.run+json';

export interface UnfinishedOutput {
  /** Names the run, as long as the page that started it lives. */
  job: string;
  /** Why there is none; null while it is under way. */
  failure: Failure | null;
}
