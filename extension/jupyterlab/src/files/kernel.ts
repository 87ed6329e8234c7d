/** The kernel that answers for files: started by the first question, kept, and shut down when nobody asks any more. */

import { URLExt } from '@jupyterlab/coreutils';
import { type Kernel, ServerConnection, type ServiceManager } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';

import { type AgentSource } from '../kernel/agent.js';
import { LOST } from '../kernel/execute.js';
import { Refusal } from '../kernel/refusal.js';
import { openSession } from '../kernel/open.js';
import type { Session } from '../kernel/session.js';
import type { Choose } from '../question.js';

const MINUTE = 60_000;

export class FilesKernel {
  idleMinutes = 10;
  private kernel: Kernel.IKernelConnection | null = null;
  private questions = 0;
  private timer = 0;

  constructor(
    private readonly services: ServiceManager.IManager,
    private readonly agents: AgentSource,
    private readonly choose: Choose,
    private readonly trans: TranslationBundle,
  ) {
    window.addEventListener('pagehide', () => this.leave());
  }

  /** What `question` comes to in the kernel; null where the person chooses none. Rejects with a `Refusal`. */
  async ask<T>(question: (session: Session) => Promise<T>): Promise<T | null> {
    return this.during(async () => {
      const kernel = await this.running();
      return kernel && (await question(await openSession(kernel, this.agents, this.trans)));
    });
  }

  /** Does some work; the kernel is kept running until its end. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.questions++;
    window.clearTimeout(this.timer);
    try {
      return await work();
    } finally {
      this.questions--;
      this.rest();
    }
  }

  /** The kernel, started where there is none; null where the person chooses none. Rejects with a `Refusal`. */
  async running(): Promise<Kernel.IKernelConnection | null> {
    if (this.kernel && !this.kernel.isDisposed && !LOST.has(this.kernel.status)) return this.kernel;
    const name = await this.chosen();
    if (name === null) return null;
    // The path: the kernel works in the folder that the file browser shows first.
    const options = { name, path: '' };
    this.kernel = await this.services.kernels.startNew(options).catch((error: unknown) => {
      throw new Refusal('internal', this.trans.__('The kernel “%1” could not be started: %2', name, String(error)));
    });
    // What is asked on, in the panel, keeps it, too.
    this.kernel.statusChanged.connect(() => this.rest());
    return this.kernel;
  }

  /** From now on it was asked nothing, unless something is under way. */
  private rest(): void {
    window.clearTimeout(this.timer);
    if (this.questions > 0 || this.kernel?.status === 'busy') return;
    this.timer = window.setTimeout(() => this.end(), this.idleMinutes * MINUTE);
  }

  /** The only kernelspec of Python, or the one that the person picks. */
  private async chosen(): Promise<string | null> {
    await this.services.kernelspecs.ready;
    const { specs } = this.services.kernelspecs;
    const all = Object.values(specs?.kernelspecs ?? {}).flatMap((spec) => (spec?.language === 'python' ? [spec] : []));
    if (all.length === 0) {
      throw new Refusal(
        'no-model',
        this.trans.__('This Jupyter server has no Python kernel'),
        this.trans.__('Install one: python -m ipykernel install --user'),
      );
    }
    if (all.length === 1) return all[0].name;
    all.sort((a, b) => Number(b.name === specs?.default) - Number(a.name === specs?.default));
    const title = this.trans.__('Which kernel is to compute? Its environment needs torch.');
    const choices = all.map(({ name, display_name: detail }) => ({ name, detail, kind: 'unknown' as const }));
    const index = await this.choose(title, choices);
    return index === null ? null : all[index].name;
  }

  private end(): void {
    const { kernel } = this;
    this.kernel = null;
    void kernel?.shutdown().catch(() => undefined); // somebody else has ended it
  }

  /** The page goes: the last request outlives it. */
  private leave(): void {
    if (!this.kernel) return;
    const { serverSettings } = this.services;
    const url = URLExt.join(serverSettings.baseUrl, 'api/kernels', encodeURIComponent(this.kernel.id));
    void ServerConnection.makeRequest(url, { method: 'DELETE', keepalive: true }, serverSettings);
    this.kernel = null;
  }
}
