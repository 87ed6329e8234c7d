/** What several plugins share about kernels: the agent's code, and the models that a person has chosen. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ITranslator, nullTranslator } from '@jupyterlab/translation';

import { AgentSource, IAgentSource } from './kernel/agent.js';
import { ChosenModels, IChosenModels } from './kernel/chosen.js';

const agents: JupyterFrontEndPlugin<AgentSource> = {
  id: '@heatline/jupyterlab:agents',
  description: 'Fetches the agent that is brought into kernels.',
  autoStart: true,
  provides: IAgentSource,
  optional: [ITranslator],
  activate: (app: JupyterFrontEnd, translator: ITranslator | null): AgentSource =>
    new AgentSource(app.serviceManager.serverSettings, (translator ?? nullTranslator).load('heatline')),
};

const chosen: JupyterFrontEndPlugin<ChosenModels> = {
  id: '@heatline/jupyterlab:chosen',
  description: 'Remembers which models a person has explained in which kernel.',
  autoStart: true,
  provides: IChosenModels,
  activate: (): ChosenModels => new ChosenModels(),
};

export default [agents, chosen];
