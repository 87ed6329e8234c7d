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

/** Remembers where in an editor the context menu was opened last: a menu's command is not told. */
export class PointerMemory {
  private last: { view: EditorView; offset: number } | null = null;

  /** For every editor. */
  readonly extension = EditorView.domEventHandlers({
    contextmenu: (event, view) => {
      const offset = view.posAtCoords({ x: event.clientX, y: event.clientY });
      this.last = { view, offset: offset ?? view.state.selection.main.head };
    },
  });

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

function viewOf(cell: CodeCell): EditorView | null {
  return (cell.editor as CodeMirrorEditor | null)?.editor ?? null;
}
