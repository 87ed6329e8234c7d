/** From what stands on the page to the notebook that it belongs to. */

import type { CodeCell } from '@jupyterlab/cells';
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';
import type { Kernel } from '@jupyterlab/services';

import { LOST } from './kernel/execute.js';

export function panelOf(tracker: INotebookTracker, node: Node): NotebookPanel | null {
  return tracker.find(({ content }) => content.node.contains(node)) ?? null;
}

export function codeCellOf(panel: NotebookPanel, node: Node): CodeCell | null {
  const cell = panel.content.widgets.find((each) => each.node.contains(node));
  return cell?.model.type === 'code' ? (cell as CodeCell) : null;
}

/** The kernel of a notebook; null where there is none, or it has been restarted or stopped. */
export function kernelOf({ sessionContext }: NotebookPanel): Kernel.IKernelConnection | null {
  return sessionContext.session?.kernel ?? null;
}

/** There is a Python kernel that could be asked. */
export function isLive(panel: NotebookPanel): boolean {
  const kernel = kernelOf(panel);
  return kernel !== null && !LOST.has(kernel.status) && panel.content.codeMimetype.includes('python');
}
