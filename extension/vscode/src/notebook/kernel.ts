/** The agent inside the kernel of a notebook: asked by code that the Jupyter extension runs behind the person's cells. */

import { type JobEvent, RPC_MIME, type Requests } from '@heatline/protocol';
import type { Kernel } from '@vscode/jupyter-extension';
import * as vscode from 'vscode';

import { Problem } from '../failure';
import type { Code } from '../live/code';
import { LiveSession, type Response } from '../live/session';

/** How the Jupyter extension calls the error of a person who keeps us out. */
const REVOKED = 'vscode.jupyter.apiAccessRevoked';
/** What is published instead of a response: code that failed, as data, since an exception would cancel queued cells. */
interface Failed {
  failed: string;
}

export class KernelSession extends LiveSession {
  protected readonly stepMs = 100;

  constructor(
    private readonly kernel: Kernel,
    private readonly code: Code['kernel'],
  ) {
    super();
  }

  override pull<M extends keyof Requests>(
    method: M,
    params: Requests[M]['params'],
    cancel: vscode.CancellationToken,
    listen: (event: JobEvent) => void = () => undefined,
  ): Promise<Requests[M]['result']> {
    if (this.kernel.status === 'busy') {
      const message = vscode.l10n.t('Waiting for the kernel, which is running something else');
      listen({ kind: 'progress', progress: { kind: 'report', message, percentage: 0, seconds_left: null, title: '' } });
    }
    return super.pull(method, params, cancel, listen);
  }

  protected async respond(request: string): Promise<Response> {
    const ask = `__import__("sys").modules[${JSON.stringify(this.code.module)}].publish(${JSON.stringify(request)})`;
    let answer = await this.execute(ask);
    if (answer && isFailed(answer) && answer.failed.startsWith('KeyError')) {
      const brought = await this.execute(this.code.code);
      answer = brought ?? (await this.execute(ask));
    }
    if (!answer) {
      throw new Problem(
        vscode.l10n.t('The kernel was interrupted or restarted.'),
        vscode.l10n.t('Run the cells that make the model and the sample, then explain again.'),
        'agent-died',
      );
    }
    if (!isFailed(answer)) return answer;
    throw new Problem(
      vscode.l10n.t('The agent of Heatline cannot run in this kernel: {0}', answer.failed),
      vscode.l10n.t('It needs IPython, and Python 3.10 or newer.'),
      'internal',
    );
  }

  /** What the code published; undefined where it published nothing. */
  private async execute(code: string): Promise<Response | Failed | undefined> {
    // Never cancelled: that would interrupt the kernel, and may hit the person's next cell.
    const source = new vscode.CancellationTokenSource();
    let answer: Response | Failed | undefined;
    try {
      for await (const { items } of this.kernel.executeCode(harmless(code), source.token)) {
        const item = items.find(({ mime }) => mime === RPC_MIME);
        if (item) answer = JSON.parse(Buffer.from(item.data).toString()) as Response | Failed;
      }
    } catch (error) {
      if (!(error instanceof Error) || error.name !== REVOKED) throw error;
      throw new Problem(
        vscode.l10n.t('Heatline may not ask this kernel.'),
        vscode.l10n.t('Allow it with the command "Jupyter: Manage Access To Jupyter Kernels", and explain again.'),
      );
    } finally {
      source.dispose();
    }
    return answer;
  }
}

/** Code in a namespace of its own, whose failure is published. A JSON string is a Python string literal, too. */
function harmless(code: string): string {
  const source = [
    'from IPython.display import publish_display_data',
    'try:',
    `    ${code}`,
    'except BaseException as error:',
    `    publish_display_data({"${RPC_MIME}": {"failed": f"{type(error).__name__}: {error}"}})`,
  ].join('\n');
  return `exec(${JSON.stringify(source)}, {})`;
}

function isFailed(answer: Response | Failed): answer is Failed {
  return 'failed' in answer;
}
