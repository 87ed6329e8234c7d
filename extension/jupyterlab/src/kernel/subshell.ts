/** A thread of the kernel's that answers while the main shell runs a cell: see `heatline/agent/subshell.py`. */

import { type Kernel, KernelMessage } from '@jupyterlab/services';
import type { TranslationBundle } from '@jupyterlab/translation';

import type { KernelAgent } from './agent.js';
import { type ExecuteOptions, LOST, type Outcome, SILENT, answered } from './execute.js';
import { Refusal } from './refusal.js';
import type { Response } from './session.js';

/** A subshell is deleted when the kernel has been idle for so long. Before, its end would make the kernel look idle. */
const IDLE_MS = 1000;

/** What the agent says in a subshell. */
interface Told {
  /** Whether the main shell runs a cell of the person's. */
  running: boolean;
  response: Response | null;
}

const subshells = new WeakMap<Kernel.IKernelConnection, Subshell>();

/** The one that heatline uses, made when it is first asked and deleted when nobody needs it any more. */
export class Subshell {
  private opened: Promise<string> | null = null;
  private asked = 0;
  private timer?: ReturnType<typeof setTimeout>;

  private constructor(
    private readonly kernel: Kernel.IKernelConnection,
    private readonly agent: KernelAgent,
    private readonly trans: TranslationBundle,
  ) {
    kernel.statusChanged.connect((_, status) => {
      if (LOST.has(status)) this.opened = null;
      else this.rest();
    });
  }

  static of(kernel: Kernel.IKernelConnection, agent: KernelAgent, trans: TranslationBundle): Subshell {
    const known = subshells.get(kernel) ?? new Subshell(kernel, agent, trans);
    subshells.set(kernel, known);
    return known;
  }

  /** One JSON-RPC request; null to be told only whether a cell is running. Rejects with a `Refusal`. */
  async ask(request: string | null, signal?: AbortSignal): Promise<Told> {
    this.asked++;
    clearTimeout(this.timer);
    try {
      this.opened ??= this.open();
      const id = await this.opened.catch((error: unknown) => {
        this.opened = null;
        throw error;
      });
      const reply = await this.send(id, `${this.agent.module}_request`, { request }, { signal, trans: this.trans });
      return reply as unknown as Told;
    } finally {
      this.asked--;
      this.rest();
    }
  }

  /** Makes a subshell, and brings the agent where it is not yet. */
  private async open(): Promise<string> {
    const made = await this.kernel.requestCreateSubshell({}).done;
    const id = made?.content.subshell_id;
    if (!id) throw this.unfit(this.trans.__('it could not make a subshell'));
    const { shield, code, module } = this.agent;
    const taking = `__import__("sys").modules[${JSON.stringify(module)}].take_requests()`;
    const there = await this.execute(id, shield, taking);
    if (there.status === 'error') {
      const brought = await this.execute(id, shield, `(${code}, ${taking})`);
      if (brought.status === 'error') throw this.unfit(`${brought.ename}: ${brought.evalue}`);
    }
    return id;
  }

  /** Runs code, then evaluates an expression. */
  private async execute(id: string, code: string, expression: string): Promise<Outcome> {
    // Whether a cell may ask for input is one setting for all threads: as for cells, it may.
    const content = { ...SILENT, allow_stdin: true, code, user_expressions: { heatline: expression } };
    const reply = await this.send(id, 'execute_request', content, { trans: this.trans });
    const { status, user_expressions: values } = reply as KernelMessage.IExecuteReplyMsg['content'] & { status: 'ok' };
    return status === 'ok' ? (values['heatline'] as unknown as Outcome) : (reply as unknown as Outcome);
  }

  private async send(subshellId: string, msgType: string, content: object, options: ExecuteOptions): Promise<object> {
    const { clientId: session, username } = this.kernel;
    const message = KernelMessage.createMessage({
      msgType: msgType as 'execute_request',
      channel: 'shell',
      content: content as KernelMessage.IExecuteRequestMsg['content'],
      session,
      username,
      subshellId,
    });
    const reply = await answered(this.kernel, () => this.kernel.sendShellMessage(message, true), options);
    return reply.content;
  }

  private rest(): void {
    clearTimeout(this.timer);
    if (this.opened && this.asked === 0 && this.kernel.status === 'idle') {
      this.timer = setTimeout(() => this.delete(), IDLE_MS);
    }
  }

  private delete(): void {
    const opened = this.opened;
    this.opened = null;
    opened?.then((id) => this.kernel.requestDeleteSubshell({ subshell_id: id }).done).catch(() => undefined);
  }

  private unfit(why: string): Refusal {
    return new Refusal(
      'internal',
      this.trans.__('heatline’s agent cannot run in this kernel: %1', why),
      this.trans.__('Wait for the cell, then explain again.'),
    );
  }
}
