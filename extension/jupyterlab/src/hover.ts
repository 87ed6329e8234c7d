/** Tooltips in program text: what a chosen model makes of a sample, and where a prediction came from. */

import { type EditorView, type Tooltip, type TooltipView, hoverTooltip, repositionTooltips } from '@codemirror/view';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { EditorExtensionRegistry, IEditorExtensionRegistry } from '@jupyterlab/codemirror';
import { IConsoleTracker } from '@jupyterlab/console';
import { IEditorTracker } from '@jupyterlab/fileeditor';
import { INotebookTracker } from '@jupyterlab/notebook';
import type { Kernel } from '@jupyterlab/services';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, type TranslationBundle, nullTranslator } from '@jupyterlab/translation';

import { colouredWord } from './colours.js';
import { explaining } from './compute.js';
import { tipNode } from './hover/tip.js';
import { Tips } from './hover/tips.js';
import { type AgentSource, IAgentSource } from './kernel/agent.js';
import { type ChosenModels, IChosenModels } from './kernel/chosen.js';
import { openPaused, openSession } from './kernel/open.js';
import { type Trackers, kernelNear } from './near.js';
import { DEFAULTS, EXPLAIN_PLUGIN, type ExplainSettings, follow } from './settings.js';

const PLUGIN = '@heatline/jupyterlab:hover';

class Hovers {
  enabled = true;
  settings: ExplainSettings = DEFAULTS;
  private readonly tips = new WeakMap<Kernel.IKernelConnection, Tips>();

  constructor(
    private readonly trackers: Trackers,
    private readonly agents: AgentSource,
    private readonly chosen: ChosenModels,
    private readonly trans: TranslationBundle,
  ) {}

  /** Asks nothing before a gesture of the person has chosen a model, and nothing of a kernel that is busy, unless it is paused. */
  async at(view: EditorView, offset: number): Promise<Tooltip | null> {
    // A coloured word has a tooltip of its own.
    const kernel = this.enabled && !colouredWord(view, offset) ? kernelNear(view, this.trackers) : null;
    if (!kernel) return null;
    const chosen = this.chosen.of(kernel);
    if (chosen.length === 0) return null;
    try {
      const open = kernel.status === 'idle' ? openSession : openPaused;
      const session = await open(kernel, this.agents, this.trans);
      if (!session) return null;
      const source = view.state.doc.toString();
      const located = await session.request('heatline/locate', { source, offset });
      const tip = await this.tipsOf(kernel).of(located, session, chosen, explaining({}, this.settings));
      if (!tip || view.state.doc.toString() !== source) return null;
      const create = (): TooltipView => ({ dom: tipNode(tip, this.trans, () => repositionTooltips(view)) });
      return { pos: located.start, end: located.end, above: true, create };
    } catch (error) {
      console.info(`heatline: no hover, since ${String(error)}`);
      return null;
    }
  }

  private tipsOf(kernel: Kernel.IKernelConnection): Tips {
    let tips = this.tips.get(kernel);
    if (!tips) this.tips.set(kernel, (tips = new Tips(kernel)));
    return tips;
  }
}

const plugin: JupyterFrontEndPlugin<void> = {
  id: PLUGIN,
  description: 'Explains samples and predictions at the pointer.',
  autoStart: true,
  requires: [IEditorExtensionRegistry, INotebookTracker, IAgentSource, IChosenModels],
  optional: [IConsoleTracker, IEditorTracker, ISettingRegistry, ITranslator],
  activate: (
    _app: JupyterFrontEnd,
    registry: IEditorExtensionRegistry,
    notebooks: INotebookTracker,
    agents: AgentSource,
    chosen: ChosenModels,
    consoles: IConsoleTracker | null,
    editors: IEditorTracker | null,
    settings: ISettingRegistry | null,
    translator: ITranslator | null,
  ): void => {
    const trans = (translator ?? nullTranslator).load('heatline');
    const hovers = new Hovers({ notebooks, consoles, editors }, agents, chosen, trans);
    registry.addExtension({
      name: PLUGIN,
      factory: () =>
        EditorExtensionRegistry.createImmutableExtension(hoverTooltip((view, offset) => hovers.at(view, offset))),
    });
    follow(settings, PLUGIN, ({ enabled }) => (hovers.enabled = enabled as boolean));
    follow(settings, EXPLAIN_PLUGIN, (explain) => (hovers.settings = explain as unknown as ExplainSettings));
  },
};

export default plugin;
