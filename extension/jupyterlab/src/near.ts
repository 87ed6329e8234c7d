/** The kernel that program text belongs to: that of a notebook, of a console, or of the console of a file. */

import type { EditorView } from '@codemirror/view';
import type { IConsoleTracker } from '@jupyterlab/console';
import type { IEditorTracker } from '@jupyterlab/fileeditor';
import type { INotebookTracker } from '@jupyterlab/notebook';
import type { Kernel } from '@jupyterlab/services';

export interface Trackers {
  notebooks: INotebookTracker;
  consoles: IConsoleTracker | null;
  editors: IEditorTracker | null;
}

/** Null where an editor holds no program text that a kernel runs, or no kernel is there. */
export function kernelNear(view: EditorView, { notebooks, consoles, editors }: Trackers): Kernel.IKernelConnection | null {
  const { dom } = view;
  const panel = notebooks.find(({ content }) => content.node.contains(dom));
  if (panel) return dom.closest('.jp-CodeCell') ? (panel.sessionContext.session?.kernel ?? null) : null;
  const console = consoles?.find(({ node }) => node.contains(dom));
  if (console) return console.sessionContext.session?.kernel ?? null;
  const path = editors?.find(({ node }) => node.contains(dom))?.context.path;
  // A console that was made for a file has the file's path.
  const attached = path && consoles?.find(({ sessionContext }) => sessionContext.session?.path === path);
  return attached ? (attached.sessionContext.session?.kernel ?? null) : null;
}
