/** The kernels of open notebooks, by the API that the Jupyter extension publishes. */

import type { Jupyter } from '@vscode/jupyter-extension';
import * as vscode from 'vscode';

import { Problem } from '../failure';
import { codeOf } from '../live/code';
import { log } from '../log';
import { KernelSession } from './kernel';

const JUPYTER = 'ms-toolsai.jupyter';
/** Whether the person was told what the Jupyter extension is about to ask them. */
const TOLD = 'heatline.kernelAccessExplained';

export class Kernels {
  constructor(
    private readonly extensionPath: string,
    private readonly memory: vscode.Memento,
  ) {}

  /** The kernel that a person started for a notebook; undefined where there is none, or none of Python. */
  async find(notebook: vscode.Uri): Promise<KernelSession | undefined> {
    const extension = vscode.extensions.getExtension<Jupyter>(JUPYTER);
    if (!extension) return undefined;
    const kernel = await (await extension.activate()).kernels.getKernel(notebook);
    if (kernel?.language !== 'python') return undefined;
    await this.tell();
    log.info(`kernel of ${notebook.path.split('/').at(-1)}: ${kernel.status}`);
    return new KernelSession(kernel, (await codeOf(this.extensionPath)).kernel);
  }

  /** As `find`; a refusal where there is none. */
  async of(notebook: vscode.Uri): Promise<KernelSession> {
    const found = await this.find(notebook);
    if (found) return found;
    if (!vscode.extensions.getExtension(JUPYTER)) {
      throw new Problem(
        vscode.l10n.t('The kernels of notebooks are reached by the Jupyter extension, and it is not installed.'),
        vscode.l10n.t('Install it (ms-toolsai.jupyter), run the cells, then explain again.'),
      );
    }
    throw new Problem(
      vscode.l10n.t('This notebook has no running Python kernel.'),
      vscode.l10n.t('Run the cells that make the model and the sample, then explain again.'),
    );
  }

  /** Once, before the Jupyter extension asks whether Heatline may use kernels. */
  private async tell(): Promise<void> {
    if (this.memory.get<boolean>(TOLD)) return;
    const go = vscode.l10n.t('Continue');
    const detail = vscode.l10n.t(
      'Models and samples live in the kernel, so Heatline runs its own code there, between your cells. It changes none of your variables. The Jupyter extension asks you next whether to allow that.',
    );
    const picked = await vscode.window.showInformationMessage(
      vscode.l10n.t('Heatline is about to ask the kernel of this notebook.'),
      { modal: true, detail },
      go,
    );
    if (picked !== go) throw new vscode.CancellationError();
    await this.memory.update(TOLD, true);
  }
}
