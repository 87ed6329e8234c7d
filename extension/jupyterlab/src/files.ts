/** "Explain Prediction..." on an image in the file browser, and "Use as Model" on a checkpoint; no notebook is needed. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { Notification } from '@jupyterlab/apputils';
import { IFileBrowserFactory } from '@jupyterlab/filebrowser';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, type TranslationBundle, nullTranslator } from '@jupyterlab/translation';

import { chooser } from './chooser.js';
import { type Explainer, IExplainer } from './explainer.js';
import { FilesKernel } from './files/kernel.js';
import { FileModels } from './files/questions.js';
import { type AgentSource, IAgentSource } from './kernel/agent.js';
import { Refusal } from './kernel/refusal.js';
import type { RequestOptions, Session } from './kernel/session.js';
import type { Question } from './question.js';
import { follow } from './settings.js';

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
    private readonly explainer: Explainer,
    private readonly kernel: FilesKernel,
    private readonly models: FileModels,
    private readonly trans: TranslationBundle,
  ) {}

  /** Explains an image in the side panel, in which everything is said. */
  async explain(path: string): Promise<void> {
    const question = (session: Session, options: RequestOptions): Promise<Question | null> =>
      this.models.forImage(path, session, options);
    await this.kernel.during(() => this.explainer.explainWithout(() => this.kernel.running(), question));
  }

  async useModel(path: string): Promise<void> {
    try {
      const model = await this.kernel.ask((session) => this.models.useCheckpoint(path, session, {}));
      if (!model) return;
      const message = this.trans.__('Images are explained by %1 from now on.', model.ref.spec);
      Notification.info(message, { autoClose: READABLE });
    } catch (error) {
      const { message, nextStep } = error instanceof Refusal ? error : new Refusal('internal', String(error));
      Notification.error([message, nextStep].filter(Boolean).join(' '), { autoClose: READABLE });
    }
  }
}

const plugin: JupyterFrontEndPlugin<void> = {
  id: PLUGIN,
  description: 'Explains images of the file browser in a kernel that no notebook shows.',
  autoStart: true,
  requires: [IAgentSource, IExplainer],
  optional: [IFileBrowserFactory, ISettingRegistry, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    agents: AgentSource,
    explainer: Explainer,
    browsers: IFileBrowserFactory | null,
    settings: ISettingRegistry | null,
    translator: ITranslator | null,
  ): void => {
    if (!browsers) return; // a page of Notebook 7 without one
    const trans = (translator ?? nullTranslator).load('heatline');
    const choose = chooser(trans.__('Explain Prediction'), trans.__('Explain'), trans);
    const kernel = new FilesKernel(app.serviceManager, agents, choose, trans);
    const files = new Files(explainer, kernel, new FileModels(choose, trans), trans);

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

    follow(settings, PLUGIN, ({ idleMinutes }) => (kernel.idleMinutes = idleMinutes as number));
  },
};

export default plugin;
