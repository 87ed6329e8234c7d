/** Colours words again when a notebook with saved explanations is opened, and when another page explains some. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import type { Cell, CodeCell } from '@jupyterlab/cells';
import { INotebookTracker, type NotebookPanel } from '@jupyterlab/notebook';

import { IInlineColours, type InlineColours } from './inline.js';
import { whenRendered } from './kept.js';
import { colouredWords } from './literal.js';
import { type ColouredOutput, colouredIn, colouredOutput } from './output.js';
import { viewOf } from './place.js';
import { IRuns, type Runs } from './runs.js';

async function restore({ content, revealed }: NotebookPanel, colours: InlineColours, runs: Runs): Promise<void> {
  await revealed;
  const followed = new WeakSet<Cell>();
  const follow = (cell: Cell): void => {
    if (followed.has(cell) || cell.model.type !== 'code') return;
    followed.add(cell);
    followCell(cell as CodeCell, colours, runs);
  };
  for (const cell of content.widgets) {
    const saved = cell.model.type === 'code' ? colouredOutput((cell as CodeCell).model.outputs) : null;
    if (saved) void colour(cell as CodeCell, saved, colours);
    whenRendered(cell, (words) => colours.remark(words));
    follow(cell);
  }
  content.model?.cells.changed.connect(() => content.widgets.forEach(follow));
}

/** Colours the literal of an explanation, if it still stands in the cell. */
async function colour(cell: CodeCell, { literal, explanation }: ColouredOutput, colours: InlineColours): Promise<void> {
  await cell.ready;
  const view = viewOf(cell);
  if (view) colours.show(view, colouredWords(view.state.doc.toString(), literal, explanation));
}

/** Where several pages show a notebook, the words have the colours of the result that came last, whoever asked. */
function followCell(cell: CodeCell, colours: InlineColours, runs: Runs): void {
  cell.model.outputs.changed.connect((_, { newValues }) => {
    for (const found of newValues.map(colouredIn)) {
      if (found && !runs.find(found.job) && !runs.answers.find(found.job)) void colour(cell, found, colours);
    }
  });
}

const plugin: JupyterFrontEndPlugin<void> = {
  id: '@heatline/jupyterlab:restore',
  description: 'Colours the words of saved explanations when a notebook is opened.',
  autoStart: true,
  requires: [INotebookTracker, IInlineColours, IRuns],
  activate: (_app: JupyterFrontEnd, tracker: INotebookTracker, colours: InlineColours, runs: Runs): void => {
    tracker.forEach((panel) => void restore(panel, colours, runs));
    tracker.widgetAdded.connect((_, panel) => void restore(panel, colours, runs));
  },
};

export default plugin;
