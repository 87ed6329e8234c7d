/** Where in program text a person asked. */

import { EditorView } from '@codemirror/view';
import type { CodeCell } from '@jupyterlab/cells';
import type { CodeMirrorEditor } from '@jupyterlab/codemirror';
import type { NotebookPanel } from '@jupyterlab/notebook';
import type { Kernel } from '@jupyterlab/services';
import type { Widget } from '@lumino/widgets';

import { kernelOf } from './cells.js';
import { type Trackers, kernelNear } from './near.js';

export interface Place {
  kernel: Kernel.IKernelConnection | null;
  /** The cell that the answer belongs to; null in consoles and files. */
  cell: CodeCell | null;
  view: EditorView;
  source: string;
  /** UTF-16 code units into the source. */
  offset: number;
}

/**
 * Remembers where in an editor the context menu was opened last: a menu's command is not told. The event is taken on
 * its way down, since the notebook keeps it from its editors.
 */
export class PointerMemory {
  private last: { view: EditorView; offset: number } | null = null;

  constructor(document: Document) {
    document.addEventListener('contextmenu', (event) => this.remember(event), true);
  }

  /** What the context menu was opened on; null where that is gone. */
  place(trackers: Trackers): Place | null {
    const { last } = this;
    if (!last) return null;
    let found: Place | null = null;
    trackers.notebooks.forEach((panel) => {
      for (const cell of panel.content.widgets) {
        if (cell.model.type === 'code' && viewOf(cell as CodeCell) === last.view) {
          found = placeIn(panel, cell as CodeCell, last.offset);
        }
      }
    });
    return found ?? placeOutside(last.view, last.offset, trackers);
  }

  private remember(event: MouseEvent): void {
    const editor = event.target instanceof Element ? event.target.closest<HTMLElement>('.cm-editor') : null;
    const view = editor && EditorView.findFromDOM(editor);
    const offset = view?.posAtCoords({ x: event.clientX, y: event.clientY });
    this.last = view ? { view, offset: offset ?? view.state.selection.main.head } : null;
  }
}

/** The cursor in `current`: of the active code cell, of a console's prompt, or of a file. */
export function cursorPlace(trackers: Trackers, current: Widget | null): Place | null {
  const { notebooks, consoles, editors } = trackers;
  const { currentWidget: panel, activeCell: cell } = notebooks;
  const prompt = consoles?.currentWidget === current ? consoles?.currentWidget?.console.promptCell?.editor : null;
  const file = editors?.currentWidget === current ? editors?.currentWidget?.content.editor : null;
  const view = (prompt ?? file) as CodeMirrorEditor | null | undefined;
  if (view) return placeOutside(view.editor, null, trackers);
  return panel && cell?.model.type === 'code' ? placeIn(panel, cell as CodeCell, null) : null;
}

/** In a console or a file. */
function placeOutside(view: EditorView, offset: number | null, trackers: Trackers): Place | null {
  if (!view.dom.isConnected) return null;
  const { doc, selection } = view.state;
  const kernel = kernelNear(view, trackers);
  return { kernel, cell: null, view, source: doc.toString(), offset: offset ?? selection.main.head };
}

function placeIn(panel: NotebookPanel, cell: CodeCell, offset: number | null): Place | null {
  const view = viewOf(cell);
  if (!view) return null;
  const { doc, selection } = view.state;
  return { kernel: kernelOf(panel), cell, view, source: doc.toString(), offset: offset ?? selection.main.head };
}

/** Null while the cell is not drawn. */
export function viewOf(cell: CodeCell): EditorView | null {
  return (cell.editor as CodeMirrorEditor | null)?.editor ?? null;
}
