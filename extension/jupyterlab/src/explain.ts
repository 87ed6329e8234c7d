/** "Explain Prediction...": from a right-click in a cell to the result below it. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { INotebookTracker } from '@jupyterlab/notebook';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { chooser } from './chooser.js';
import { type ExplainSettings, Explainer } from './explainer.js';
import { IInlineColours, type InlineColours } from './inline.js';
import { type AgentSource, IAgentSource } from './kernel/agent.js';
import { type ChosenModels, IChosenModels } from './kernel/chosen.js';
import { PointerMemory, cursorPlace } from './place.js';
import { IRuns, type Runs } from './runs.js';

const PLUGIN = '@heatline/jupyterlab:explain';
const EXPLAIN = 'heatline:explain';

const plugin: JupyterFrontEndPlugin<void> = {
  id: PLUGIN,
  description: 'Explains the prediction of a model on a sample in a live notebook.',
  autoStart: true,
  requires: [INotebookTracker, IRuns, IInlineColours, IAgentSource, IChosenModels],
  optional: [ISettingRegistry, ICommandPalette, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    tracker: INotebookTracker,
    runs: Runs,
    colours: InlineColours,
    agents: AgentSource,
    chosen: ChosenModels,
    registry: ISettingRegistry | null,
    palette: ICommandPalette | null,
    translator: ITranslator | null,
  ): void => {
    const trans = (translator ?? nullTranslator).load('heatline');
    const explainer = new Explainer(agents, runs, colours, chosen, chooser(trans), trans);

    const pointer = new PointerMemory(document);

    app.commands.addCommand(EXPLAIN, {
      label: (args) =>
        args['at'] === 'pointer' ? trans.__('Explain Prediction…') : trans.__('Explain Prediction at the Cursor…'),
      caption: trans.__('Show why a model predicts what it predicts on a sample'),
      isEnabled: (args) => args['at'] === 'pointer' || cursorPlace(tracker) !== null,
      execute: async (args) => {
        const place = args['at'] === 'pointer' ? pointer.place(tracker) : cursorPlace(tracker);
        if (place) await explainer.explain(place);
      },
    });
    palette?.addItem({ command: EXPLAIN, category: trans.__('Heatline') });

    void registry?.load(PLUGIN).then((loaded) => {
      const read = (): void => {
        const { method, score, steps } = loaded.composite as unknown as ExplainSettings;
        explainer.settings = { method, score, steps };
      };
      read();
      loaded.changed.connect(read);
    });
  },
};

export default plugin;
