/** The side panel with explanations: its commands, and its place in the shell. */

import { ILayoutRestorer, type JupyterFrontEnd, type JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ICommandPalette } from '@jupyterlab/apputils';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { PANEL_ID, SidePanel } from './panel/panels.js';
import { IResultPanels, type ResultPanels } from './panel/token.js';

const COMMANDS = {
  show: 'heatline:show-panel',
  back: 'heatline:back',
  forward: 'heatline:forward',
  pin: 'heatline:pin',
  compare: 'heatline:compare',
  export: 'heatline:export',
  copy: 'heatline:copy-as-python',
} as const;

const plugin: JupyterFrontEndPlugin<ResultPanels> = {
  id: '@heatline/jupyterlab:panel',
  description: 'A side panel with explanations: history, comparison, export.',
  autoStart: true,
  provides: IResultPanels,
  optional: [ICommandPalette, ILayoutRestorer, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    palette: ICommandPalette | null,
    restorer: ILayoutRestorer | null,
    translator: ITranslator | null,
  ): ResultPanels => {
    const { commands, shell } = app;
    const trans = (translator ?? nullTranslator).load('heatline');
    const panel = new SidePanel(shell, trans);
    shell.add(panel.widget, 'right', { rank: 900, type: 'Heatline' });
    restorer?.add(panel.widget, PANEL_ID);

    const answered = (): boolean => panel.answer !== undefined;
    const live = (): boolean => panel.answer?.asked.kernel() != null;
    const add = (command: string, label: string, execute: () => void, isEnabled: () => boolean = () => true): void => {
      commands.addCommand(command, { label, execute, isEnabled });
      palette?.addItem({ command, category: trans.__('Heatline') });
    };
    add(COMMANDS.show, trans.__('Show Explanations'), () => panel.show());
    add(COMMANDS.back, trans.__('Previous Explanation'), () => panel.step(-1), () => panel.canStep.back);
    add(COMMANDS.forward, trans.__('Next Explanation'), () => panel.step(1), () => panel.canStep.forward);
    add(COMMANDS.pin, trans.__('Pin Explanation'), () => panel.pin(), answered);
    add(
      COMMANDS.compare,
      trans.__('Compare Methods or Classes…'),
      () => panel.wish((answer) => ({ kind: 'compare', answer })),
      () => live() && panel.answer?.asked.kind !== 'average',
    );
    add(COMMANDS.export, trans.__('Export Explanation…'), () => panel.wish((answer) => ({ kind: 'export', answer })), live);
    add(COMMANDS.copy, trans.__('Copy as Python'), () => panel.wish((answer) => ({ kind: 'copy', answer })), answered);
    panel.changed.connect(() => Object.values(COMMANDS).forEach((command) => commands.notifyCommandChanged(command)));
    return panel;
  },
};

export default plugin;
