/** Colours the words of saved explanations again when their notebook is opened. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { CodeCell } from '@jupyterlab/cells';
import { INotebookTracker, type NotebookPanel } from '@jupyterlab/notebook';

import { IInlineColours, type InlineColours } from './inline.js';
import { whenRendered } from './kept.js';
import { colouredWords } from './literal.js';
import { colouredOutput } from './output.js';
import { viewOf } from './place.js';

async function restore(panel: NotebookPanel, colours: InlineColours): Promise<void> {
  await panel.revealed;
  for (const cell of panel.content.widgets) {
    if (cell.model.type === 'code') void restoreCell(cell as CodeCell, colours);
    whenRendered(cell, (words) => colours.remark(words));
  }
}

/** The last explanation of a literal that still stands in the cell. */
async function restoreCell(cell: CodeCell, colours: InlineColours): Promise<void> {
  const saved = colouredOutput(cell.model.outputs);
  if (!saved) return;
  await cell.ready;
  const view = viewOf(cell);
  if (view) colours.show(view, colouredWords(view.state.doc.toString(), saved.literal, saved.explanation));
}

const plugin: JupyterFrontEndPlugin<void> = {
  id: '@heatline/jupyterlab:restore',
  description: 'Colours the words of saved explanations when a notebook is opened.',
  autoStart: true,
  requires: [INotebookTracker, IInlineColours],
  activate: (_app: JupyterFrontEnd, tracker: INotebookTracker, colours: InlineColours): void => {
    tracker.forEach((panel) => void restore(panel, colours));
    tracker.widgetAdded.connect((_, panel) => void restore(panel, colours));
  },
};

export default plugin;
