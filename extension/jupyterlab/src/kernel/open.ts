import type { Kernel } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { AgentSource } from './agent.js';
import { BesideSession } from './beside.js';
import { KernelSession } from './kernel.js';
import { PausedSession, pausedFrame } from './paused.js';
import { Refusal } from './refusal.js';
import type { Session } from './session.js';

/**
 * The agent in a kernel: idle, paused, or, where that is switched on, beside the cell that it runs. Rejects with a
 * `Refusal` where there is no kernel, or none that speaks Python.
 */
export async function openSession(
  kernel: Kernel.IKernelConnection | null,
  agents: AgentSource,
  trans: TranslationBundle,
  whileBusy?: boolean,
): Promise<Session> {
  if (!kernel) {
    throw new Refusal(
      'no-model',
      trans.__('There is no running kernel here'),
      trans.__('Choose a kernel, run the cells that make the model and the sample, then explain again.'),
    );
  }
  const language = (await kernel.info).language_info.name;
  if (language !== 'python') {
    throw new Refusal(
      'no-model',
      trans.__('This kernel speaks %1; heatline explains PyTorch models in Python kernels', language),
    );
  }
  const paused = await openPaused(kernel, agents, trans);
  if (paused) return paused;
  const agent = await agents.forKernel();
  const main = new KernelSession(kernel, agent, trans, whileBusy === false);
  return (whileBusy ? await BesideSession.enter(kernel, agent, main, trans) : null) ?? main;
}

/** The agent in a kernel that its debugger has paused; null where none has. */
export async function openPaused(
  kernel: Kernel.IKernelConnection,
  agents: AgentSource,
  trans: TranslationBundle,
): Promise<Session | null> {
  const frame = await pausedFrame(kernel);
  return frame === null ? null : PausedSession.enter(kernel, frame, await agents.forDebuggee(), trans);
}
