/** "Explain Prediction...": from a right-click in program text to the result below it or beside it. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Clipboard, ICommandPalette, Notification } from '@jupyterlab/apputils';
import { IConsoleTracker } from '@jupyterlab/console';
import { IEditorTracker } from '@jupyterlab/fileeditor';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { firstExplanation } from './answer.js';
import { codeCellOf, panelOf } from './cells.js';
import { chooser } from './chooser.js';
import { pickComparison } from './compare.js';
import { Explainer, IExplainer } from './explainer.js';
import { exportAnswer } from './export.js';
import { IInlineColours, type InlineColours } from './inline.js';
import { type AgentSource, IAgentSource } from './kernel/agent.js';
import { type ChosenModels, IChosenModels } from './kernel/chosen.js';
import { Refusal } from './kernel/refusal.js';
import { IResultPanels, type ResultPanels, type Wish } from './panel/token.js';
import { type Place, PointerMemory, cursorPlace } from './place.js';
import { reproduction } from './reproduce.js';
import { IRuns, type OutputAsk, type Runs } from './runs.js';
import { selectedText } from './selection.js';
import { EXPLAIN_PLUGIN, type ExplainSettings, follow } from './settings.js';

const EXPLAIN = 'heatline:explain';
const AVERAGE = 'heatline:average';
const EXPLAIN_SELECTION = 'heatline:explain-selection';

const plugin: JupyterFrontEndPlugin<Explainer> = {
  id: EXPLAIN_PLUGIN,
  description: 'Explains the prediction of a model on a sample in a live notebook.',
  autoStart: true,
  provides: IExplainer,
  requires: [INotebookTracker, IRuns, IInlineColours, IAgentSource, IChosenModels, IResultPanels],
  optional: [IConsoleTracker, IEditorTracker, ISettingRegistry, ICommandPalette, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    tracker: INotebookTracker,
    runs: Runs,
    colours: InlineColours,
    agents: AgentSource,
    chosen: ChosenModels,
    panels: ResultPanels,
    consoles: IConsoleTracker | null,
    editors: IEditorTracker | null,
    registry: ISettingRegistry | null,
    palette: ICommandPalette | null,
    translator: ITranslator | null,
  ): Explainer => {
    const trans = (translator ?? nullTranslator).load('heatline');
    const choose = chooser(trans.__('Explain Prediction'), trans.__('Explain'), trans);
    const explainer = new Explainer(agents, runs, colours, chosen, panels, choose, trans);

    const pointer = new PointerMemory(document);
    const trackers = { notebooks: tracker, consoles, editors };
    const atCursor = (): Place | null => cursorPlace(trackers, app.shell.currentWidget);

    app.commands.addCommand(EXPLAIN, {
      label: (args) =>
        args['at'] === 'pointer' ? trans.__('Explain Prediction…') : trans.__('Explain Prediction at the Cursor…'),
      caption: trans.__('Show why a model predicts what it predicts on a sample'),
      isEnabled: (args) => args['at'] === 'pointer' || atCursor() !== null,
      execute: async (args) => {
        const place = args['at'] === 'pointer' ? pointer.place(trackers) : atCursor();
        if (place) await explainer.explain(place);
      },
    });
    palette?.addItem({ command: EXPLAIN, category: trans.__('Heatline') });

    const selected = (): ReturnType<typeof selectedText> => selectedText(document.getSelection());
    app.commands.addCommand(EXPLAIN_SELECTION, {
      label: trans.__('Explain Selected Text…'),
      caption: trans.__('Show why a model predicts what it predicts on the text that is selected'),
      isEnabled: () => selected() !== null,
      isVisible: () => selected() !== null,
      execute: async () => {
        const text = selected();
        const panel = text && panelOf(tracker, text.pieces[0].node);
        document.getSelection()?.removeAllRanges(); // it would hide the colours
        if (panel) await explainer.explainSelection(panel, codeCellOf(panel, text.pieces[0].node), text);
      },
    });
    palette?.addItem({ command: EXPLAIN_SELECTION, category: trans.__('Heatline') });

    app.commands.addCommand(AVERAGE, {
      label: trans.__('Average over a Data Set…'),
      caption: trans.__('Show what a model makes of its inputs on average over a DataLoader or a batch'),
      isEnabled: () => tracker.currentWidget !== null,
      execute: async () => {
        if (tracker.currentWidget) await explainer.average(tracker.currentWidget);
      },
    });
    palette?.addItem({ command: AVERAGE, category: trans.__('Heatline') });

    runs.asked.connect((_, { node, job, result, how }: OutputAsk) => {
      const panel = panelOf(tracker, node);
      const cell = panel && codeCellOf(panel, node);
      if (cell) void explainer.askFrom(panel, cell, job, result, how);
    });

    const grant = async (wish: Wish): Promise<void> => {
      const { answer } = wish;
      switch (wish.kind) {
        case 'ask':
          return explainer.askOn(answer, wish.how);
        case 'compare': {
          const shown = firstExplanation(answer.result);
          const compared = shown && (await pickComparison(shown, trans));
          return compared ? explainer.compare(answer, compared) : undefined;
        }
        case 'export': {
          const format = chooser(trans.__('Export Explanation'), trans.__('Export'), trans);
          return exportAnswer(answer, () => explainer.open(answer.asked), format, trans);
        }
        case 'copy':
          Clipboard.copyToSystem(reproduction(answer));
          Notification.success(trans.__('Copied: a cell that gives this result again'), { autoClose: 3000 });
      }
    };
    panels.wished.connect((_, wish) => {
      grant(wish).catch((error: unknown) => {
        const line = error instanceof Refusal ? `${error.message}. ${error.nextStep}` : String(error);
        Notification.error(line, { autoClose: 8000 });
      });
    });

    follow(registry, EXPLAIN_PLUGIN, (settings) => (explainer.settings = settings as unknown as ExplainSettings));
    return explainer;
  },
};

export default plugin;
