/** Silent executions: the kernel's execution count, `_`, `Out` and history stay as they were. */

import type { Kernel, KernelMessage } from '@jupyterlab/services';
import type { JSONObject } from '@lumino/coreutils';
import type { TranslationBundle } from '@jupyterlab/translation';

import { Refusal, cancelled } from './refusal.js';

/** A request that has not begun after this is waiting for the person's own cells. */
const WAITING_MS = 250;
/** How often a request is sent again after the kernel threw it out of its queue (another cell had failed). */
const ATTEMPTS = 20;
/** A kernel of such a status has forgotten everything. */
export const LOST: ReadonlySet<Kernel.Status> = new Set<Kernel.Status>(['restarting', 'autorestarting', 'terminating', 'dead']);

/** Executions that nobody sees and that cancel no cell of the person's. */
export const SILENT = { silent: true, store_history: false, stop_on_error: false };

export interface ExecuteOptions {
  signal?: AbortSignal;
  /** Called when the request has to wait for the kernel, and again when its turn has come. */
  onWaiting?: (waiting: boolean) => void;
  trans: TranslationBundle;
}

/** What became of code or of an expression. */
export type Outcome =
  | { status: 'ok'; data: JSONObject }
  | { status: 'error'; ename: string; evalue: string };

/** Runs `code`; its names are the kernel's, so it should bind none. */
export async function run(kernel: Kernel.IKernelConnection, code: string, options: ExecuteOptions): Promise<Outcome> {
  const reply = await execute(kernel, { code }, options);
  return reply.status === 'ok' ? { status: 'ok', data: {} } : reply;
}

/** The value of a Python expression, by MIME type. */
export async function evaluate(
  kernel: Kernel.IKernelConnection,
  expression: string,
  options: ExecuteOptions,
): Promise<Outcome> {
  const reply = await execute(kernel, { code: '', user_expressions: { heatline: expression } }, options);
  if (reply.status !== 'ok') return reply;
  return reply.user_expressions['heatline'] as unknown as Outcome;
}

type Content = KernelMessage.IExecuteReplyMsg['content'];
type Reply = Extract<Content, { status: 'ok' }> | KernelMessage.IReplyErrorContent;

async function execute(
  kernel: Kernel.IKernelConnection,
  content: KernelMessage.IExecuteRequestMsg['content'],
  options: ExecuteOptions,
): Promise<Reply> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const reply = (await once(kernel, content, options)).content;
    if (reply.status !== 'aborted') return reply as Reply;
  }
  throw cancelled(options.trans.__('The kernel threw the request out of its queue'));
}

function once(
  kernel: Kernel.IKernelConnection,
  content: KernelMessage.IExecuteRequestMsg['content'],
  options: ExecuteOptions,
): Promise<KernelMessage.IExecuteReplyMsg> {
  return answered(kernel, () => kernel.requestExecute({ ...SILENT, allow_stdin: false, ...content }), options);
}

/** What `send` sends, until it is answered, cancelled, or the kernel is gone. */
export function answered<
  Request extends KernelMessage.IShellMessage,
  Reply extends KernelMessage.IShellMessage,
>(
  kernel: Kernel.IKernelConnection,
  send: () => Kernel.IShellFuture<Request, Reply>,
  { signal, onWaiting, trans }: ExecuteOptions,
): Promise<Reply> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(cancelled(trans.__('Cancelled')));
    let waiting = false;
    const timer = setTimeout(() => onWaiting?.((waiting = true)), WAITING_MS);
    const settle = (): void => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', abort);
      kernel.statusChanged.disconnect(watch);
      kernel.disposed.disconnect(lose);
    };
    const abort = (): void => {
      settle();
      reject(cancelled(trans.__('Cancelled')));
    };
    const lose = (): void => {
      settle();
      reject(
        new Refusal(
          'agent-died',
          trans.__('The kernel was restarted or stopped while heatline was asking it'),
          trans.__('Run the cells that make the model and the sample, then explain again.'),
        ),
      );
    };
    const watch = (_: unknown, status: Kernel.Status): void => {
      if (LOST.has(status)) lose();
    };
    signal?.addEventListener('abort', abort);
    kernel.statusChanged.connect(watch);
    kernel.disposed.connect(lose);
    try {
      const future = send();
      future.onIOPub = (message) => {
        const state = message.header.msg_type === 'status' && (message.content as { execution_state?: string });
        if (!state || state.execution_state !== 'busy') return;
        clearTimeout(timer);
        if (waiting) onWaiting?.((waiting = false));
      };
      future.done.then((reply) => {
        settle();
        resolve(reply);
      }, lose);
    } catch {
      lose(); // a dead kernel refuses to be asked
    }
  });
}
