import { VERSION } from '@heatline/protocol';
import { URLExt } from '@jupyterlab/coreutils';
import { ServerConnection } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Token } from '@lumino/coreutils';

import { Refusal } from './refusal.js';

/** The agent as the server hands it out. */
export interface Agent {
  version: string;
  /** Python that brings the agent into a kernel; it binds no name. */
  code: string;
  /** The key in `sys.modules` of the module that answers from then on. */
  module: string;
  /** How long a step may compute before the person's cells get their turn. */
  step_ms: number;
}

/** Fetches the agent, once per page, and only when a person first asks for an explanation. */
export class AgentSource {
  private fetched: Promise<Agent> | null = null;

  constructor(
    private readonly settings: ServerConnection.ISettings,
    private readonly trans: TranslationBundle,
  ) {}

  /** Rejects with a `Refusal`; a failure is not remembered. */
  get(): Promise<Agent> {
    this.fetched ??= this.fetch().catch((error: unknown) => {
      this.fetched = null;
      throw error;
    });
    return this.fetched;
  }

  private async fetch(): Promise<Agent> {
    const url = URLExt.join(this.settings.baseUrl, 'heatline', 'agent');
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
    const agent = (await response.json()) as Agent;
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
