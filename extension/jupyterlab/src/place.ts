/** Where in a notebook's program text a person asked. */

import { EditorView } from '@codemirror/view';
import type { CodeCell } from '@jupyterlab/cells';
import type { CodeMirrorEditor } from '@jupyterlab/codemirror';
import type { INotebookTracker, NotebookPanel } from '@jupyterlab/notebook';

export interface Place {
  panel: NotebookPanel;
  cell: CodeCell;
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

  /** The code cell that the context menu was opened on; null where its notebook is gone. */
  place(tracker: INotebookTracker): Place | null {
    const { last } = this;
    if (!last) return null;
    let found: Place | null = null;
    tracker.forEach((panel) => {
      for (const cell of panel.content.widgets) {
        if (cell.model.type === 'code' && viewOf(cell as CodeCell) === last.view) {
          found = placeIn(panel, cell as CodeCell, last.offset);
        }
      }
    });
    return found;
  }

  private remember(event: MouseEvent): void {
    const editor = event.target instanceof Element ? event.target.closest<HTMLElement>('.cm-editor') : null;
    const view = editor && EditorView.findFromDOM(editor);
    const offset = view?.posAtCoords({ x: event.clientX, y: event.clientY });
    this.last = view ? { view, offset: offset ?? view.state.selection.main.head } : null;
  }
}

/** The cursor of the active code cell. */
export function cursorPlace(tracker: INotebookTracker): Place | null {
  const { currentWidget: panel, activeCell: cell } = tracker;
  return panel && cell?.model.type === 'code' ? placeIn(panel, cell as CodeCell, null) : null;
}

function placeIn(panel: NotebookPanel, cell: CodeCell, offset: number | null): Place | null {
  const view = viewOf(cell);
  if (!view) return null;
  const { doc, selection } = view.state;
  return { panel, cell, view, source: doc.toString(), offset: offset ?? selection.main.head };
}

/** Null while the cell is not drawn. */
export function viewOf(cell: CodeCell): EditorView | null {
  return (cell.editor as CodeMirrorEditor | null)?.editor ?? null;
}
