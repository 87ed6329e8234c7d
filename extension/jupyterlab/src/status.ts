/** The status bar: which model explained last, on which device, and what is under way. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { IStatusBar } from '@jupyterlab/statusbar';
import { ITranslator, type TranslationBundle, nullTranslator } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';

import { type Answer, firstExplanation } from './answer.js';
import { IRuns, type Runs } from './runs.js';

const PLUGIN = '@heatline/jupyterlab:status';

class StatusItem extends Widget {
  private readonly button = document.createElement('button');

  constructor(
    private readonly runs: Runs,
    private readonly trans: TranslationBundle,
    show: () => void,
  ) {
    super();
    this.addClass('jp-heatline-Status');
    this.button.type = 'button';
    this.button.addEventListener('click', show);
    this.node.append(this.button);
    runs.changed.connect(this.draw, this);
    this.draw();
  }

  private draw(): void {
    const { underWay, lastAnswer } = this.runs;
    const used = lastAnswer ? this.used(lastAnswer) : '';
    this.button.hidden = underWay === null && !used;
    this.button.classList.toggle('jp-mod-busy', underWay !== null);
    this.button.textContent = underWay === null ? used : underWay || this.trans.__('Asking the kernel');
    this.button.title = this.trans.__('Heatline: %1. Show explanations', this.button.textContent);
  }

  private used({ asked, result }: Answer): string {
    const device = result.kind === 'average' ? result.average.device : firstExplanation(result)?.device;
    return [asked.names[0], device].filter(Boolean).join(' · ');
  }
}

const plugin: JupyterFrontEndPlugin<void> = {
  id: PLUGIN,
  description: 'Says in the status bar which model explains, on which device.',
  autoStart: true,
  requires: [IRuns],
  optional: [IStatusBar, ITranslator],
  activate: (app: JupyterFrontEnd, runs: Runs, bar: IStatusBar | null, translator: ITranslator | null): void => {
    if (!bar) return; // Notebook 7 has none
    const trans = (translator ?? nullTranslator).load('heatline');
    const item = new StatusItem(runs, trans, () => void app.commands.execute('heatline:show-panel'));
    bar.registerStatusItem(PLUGIN, { item, align: 'right', rank: 20 });
  },
};

export default plugin;
