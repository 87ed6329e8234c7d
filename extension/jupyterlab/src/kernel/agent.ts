import { type DebuggeeCode, type KernelCode, VERSION } from '@heatline/protocol';
import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Token } from '@lumino/coreutils';

import { Refusal } from './refusal.js';

interface Steps {
  /** How long a step may compute before the person's cells get their turn. */
  step_ms: number;
}

/** The agent as the server hands it out. */
export type KernelAgent = KernelCode & Steps;
export type DebuggeeAgent = DebuggeeCode & Steps;

/** Fetches the agent, once per page, and only when a person first asks for an explanation. */
export class AgentSource {
  private readonly fetched = new Map<string, Promise<KernelAgent | DebuggeeAgent>>();

  constructor(
    private readonly settings: ServerConnection.ISettings,
    private readonly trans: TranslationBundle,
  ) {}

  /** Rejects with a `Refusal`; a failure is not remembered. */
  forKernel(): Promise<KernelAgent> {
    return this.get('kernel') as Promise<KernelAgent>;
  }

  /** As `forKernel`, for one that is paused. */
  forDebuggee(): Promise<DebuggeeAgent> {
    return this.get('debuggee') as Promise<DebuggeeAgent>;
  }

  private get(session: string): Promise<KernelAgent | DebuggeeAgent> {
    const agent = this.fetched.get(session) ?? this.fetch(session);
    this.fetched.set(session, agent);
    agent.catch(() => this.fetched.delete(session));
    return agent;
  }

  private async fetch(session: string): Promise<KernelAgent | DebuggeeAgent> {
    const url = URLExt.join(this.settings.baseUrl, 'heatline', `agent?session=${session}`);
    const response = await ServerConnection.makeRequest(url, {}, this.settings).catch((error: unknown) => {
      throw new Refusal('internal', this.trans.__('The Jupyter server did not answer: %1', String(error)));
    });
    if (response.status === 403) {
      throw new Refusal('internal', this.trans.__('The Jupyter server does not allow you to use heatline'));
    }
    if (!response.ok) {
      throw new Refusal(
        'internal',
        this.trans.__('The Jupyter server does not hand out heatline’s agent (HTTP %1)', response.status),
        this.trans.__('Run "jupyter server extension enable heatline.jupyter" and restart the server.'),
      );
    }
    const agent = (await response.json()) as KernelAgent | DebuggeeAgent;
    if (agent.version !== VERSION) {
      throw new Refusal(
        'version',
        this.trans.__('This page is of heatline %1, the Jupyter server’s is %2', VERSION, agent.version),
        this.trans.__('Reload the page.'),
      );
    }
    return agent;
  }
}

export const IAgentSource = new Token<AgentSource>('@heatline/jupyterlab:IAgentSource', 'Fetches heatline’s agent.');
