import type { Failure } from '@heatline/views';

/**
 * The MIME type of an output that a run is to fill, or filled: beside `RESULT_MIME` in the latter case. Viewers without
 * heatline show the bundle's other forms.
 */
export const RUN_MIME = 'application/vnd.heatline.run+json';

export interface UnfinishedOutput {
  /** Names the run, as long as the page that started it lives. */
  job: string;
  /** Why there is none; null while it is under way. */
  failure: Failure | null;
}
