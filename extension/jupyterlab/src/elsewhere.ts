/** Runs of other pages that show the same document: with real-time collaboration, each page announces its own. */

import type { CodeCell } from '@jupyterlab/cells';
import type { INotebookModel } from '@jupyterlab/notebook';

/** What the pages of a document tell each other of themselves; of a page that is closed nothing stays. */
export type Awareness = INotebookModel['sharedModel']['awareness'];

/** Of our entry in a page's state. */
const FIELD = 'heatline';

/** JupyterLab's cells know what their notebook's pages tell each other; their interface does not say so. */
export function awarenessOf(cell: CodeCell): Awareness | null {
  return (cell.model.sharedModel as { awareness?: Awareness | null }).awareness ?? null;
}

/** Tells the other pages that a run of this one is to fill an output; the way to take that back. */
export function announce(awareness: Awareness | null, job: string): () => void {
  change(awareness, (jobs) => [...jobs, job]);
  return () => change(awareness, (jobs) => jobs.filter((each) => each !== job));
}

/** Some page that shows the document is at it. */
export function isAnnounced(awareness: Awareness, job: string): boolean {
  return [...awareness.getStates().values()].some((state) => jobsIn(state).includes(job));
}

function change(awareness: Awareness | null, next: (jobs: string[]) => string[]): void {
  awareness?.setLocalStateField(FIELD, next(jobsIn(awareness.getLocalState())));
}

/** Whatever other versions write there. */
function jobsIn(state: Record<string, unknown> | null): string[] {
  const jobs = state?.[FIELD];
  return Array.isArray(jobs) ? jobs.filter((job) => typeof job === 'string') : [];
}
