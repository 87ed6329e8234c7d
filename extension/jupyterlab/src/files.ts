/** "Explain Prediction..." on an image in the file browser, and "Use as Model" on a checkpoint; no notebook is needed. */

import type { FactoryModel, UpdateParams } from '@heatline/protocol';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { MainAreaWidget, Notification } from '@jupyterlab/apputils';
import { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, type TranslationBundle, nullTranslator } from '@jupyterlab/translation';
import { UUID } from '@lumino/coreutils';

import { chooser } from './chooser.js';
import { FilesKernel } from './files/kernel.js';
import { FileModels } from './files/questions.js';
import { FileResult } from './files/result.js';
import { type AgentSource, IAgentSource } from './kernel/agent.js';
import { Refusal } from './kernel/refusal.js';
import { Run } from './runs.js';
import { addTab } from './tab.js';

const PLUGIN = '@heatline/jupyterlab:files';
const EXPLAIN_FILE = 'heatline:explain-file';
const USE_MODEL = 'heatline:use-model';

/** What the agent reads from bytes. */
const IMAGE = /\.(png|jpe?g|gif|bmp|webp|tiff?|ppm)$/i;
const CHECKPOINT = /\.(pt|pth|pt2|safetensors|ckpt)$/i;

/** Milliseconds that a word to the person stays. */
const READABLE = 6000;

class Files {
  constructor(
    private readonly shell: JupyterFrontEnd.IShell,
    private readonly kernel: FilesKernel,
    private readonly models: FileModels,
    private readonly trans: TranslationBundle,
  ) {}

  /** Explains an image in a tab of its own, in which everything is said. */
  async explain(path: string): Promise<void> {
    const run = new Run(UUID.uuid4());
    run.update({ progress: { message: this.trans.__('Starting a kernel'), percentage: 0 } });
    const tab = new MainAreaWidget({ content: new FileResult(run) });
    tab.id = `heatline-file-${run.job}`;
    tab.title.label = this.trans.__('Why: %1', path.split('/').at(-1) ?? path);
    tab.title.closable = true;
    addTab(this.shell, tab);
    const asking = this.trans.__('Asking the kernel');
    const options = {
      signal: run.signal,
      onProgress: (progress: { message: string; percentage: number; seconds_left: number | null }) =>
        run.update({ progress: { ...progress, message: progress.message || asking } }),
      onUpdate: ({ explanation }: UpdateParams) => run.update({ result: { kind: 'explain', explanation } }),
    };
    try {
      const explanation = await this.kernel.ask(async (session) => {
        const model = await this.models.forImage(path, session, options);
        const params = { model: model as FactoryModel, sample: { kind: 'file' as const, path }, job: run.job };
        return model && session.request('heatline/explain', params, options);
      });
      if (explanation === null) return tab.dispose();
      run.update({ result: { kind: 'explain', explanation }, progress: null });
    } catch (error) {
      run.update({ progress: null, failure: said(error) });
    }
  }

  async useModel(path: string): Promise<void> {
    try {
      const model = await this.kernel.ask((session) => this.models.useCheckpoint(path, session, {}));
      if (!model) return;
      const message = this.trans.__('Images are explained by %1 from now on.', model.spec);
      Notification.info(message, { autoClose: READABLE });
    } catch (error) {
      const { message, next_step: nextStep } = said(error);
      Notification.error([message, nextStep].filter(Boolean).join(' '), { autoClose: READABLE });
    }
  }
}

function said(error: unknown): { message: string; next_step: string } {
  const refusal = error instanceof Refusal ? error : new Refusal('internal', String(error));
  return { message: refusal.message, next_step: refusal.nextStep };
}

const plugin: JupyterFrontEndPlugin<void> = {
  id: PLUGIN,
  description: 'Explains images of the file browser in a kernel that no notebook shows.',
  autoStart: true,
  requires: [IAgentSource],
  optional: [IFileBrowserFactory, ISettingRegistry, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    agents: AgentSource,
    browsers: IFileBrowserFactory | null,
    settings: ISettingRegistry | null,
    translator: ITranslator | null,
  ): void => {
    if (!browsers) return; // a page of Notebook 7 without one
    const trans = (translator ?? nullTranslator).load('heatline');
    const choose = chooser(trans.__('Explain Prediction'), trans.__('Explain'), trans);
    const kernel = new FilesKernel(app.serviceManager, agents, choose, trans);
    const files = new Files(app.shell, kernel, new FileModels(choose, trans), trans);

    /** The one selected file of a kind, as the kernel sees it. */
    const selected = (kind: RegExp): string | null => {
      const items = [...(browsers.tracker.currentWidget?.selectedItems() ?? [])];
      const path = items.length === 1 ? app.serviceManager.contents.localPath(items[0].path) : '';
      return kind.test(path) ? path : null;
    };
    const addCommand = (id: string, label: string, kind: RegExp, execute: (path: string) => Promise<void>): void => {
      app.commands.addCommand(id, {
        label,
        isVisible: () => selected(kind) !== null,
        execute: async () => {
          const path = selected(kind);
          if (path !== null) await execute(path);
        },
      });
    };
    addCommand(EXPLAIN_FILE, trans.__('Explain Prediction…'), IMAGE, (path) => files.explain(path));
    addCommand(USE_MODEL, trans.__('Use as Model'), CHECKPOINT, (path) => files.useModel(path));

    void settings?.load(PLUGIN).then((loaded) => {
      const read = (): void => void (kernel.idleMinutes = loaded.composite['idleMinutes'] as number);
      read();
      loaded.changed.connect(read);
    });
  },
};

export default plugin;
