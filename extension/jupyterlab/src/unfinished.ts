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
  /** The literal of the cell whose words were coloured. */
  coloured?: ColouredLiteral | null;
}

/** A string literal as it stood in its cell, and where the words of the picture stand in it. */
export interface ColouredLiteral {
  /** Program text, with the quotes. */
  source: string;
  ranges: ColouredRange[];
}

export interface ColouredRange {
  /** Index into the picture's words. */
  word: number;
  /** UTF-16 code units into `source`. */
  start: number;
  end: number;
}
