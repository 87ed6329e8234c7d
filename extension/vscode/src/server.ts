/** The language server as a child process of the chosen interpreter, and typed requests to it. */

import { type ChildProcess, spawn } from 'node:child_process';
import * as path from 'node:path';
import type { ProgressValue, Requests, UpdateAverageParams, UpdateParams } from '@heatline/protocol';
import * as vscode from 'vscode';
import type { ConfigurationMiddleware, LanguageClient, Middleware } from 'vscode-languageclient/node';

import { Problem, describe } from './failure';
import { log } from './log';
import { type Interpreter, findInterpreter } from './python';
import { SECTION } from './settings';
import type { Tokens } from './token';

/** What the last lines of a server that did not start may hold. */
const LAST_WORDS = 2000;
/** So often one that ended is started anew by itself, for hovers. */
const RESTARTS = 3;
/** Those of ours that the server names in its code actions and lenses. */
const COMMANDS = ['heatline.explainHere', 'heatline.explainWith', 'heatline.average'];

export class Server implements vscode.Disposable {
  private client: Promise<LanguageClient> | undefined;
  private restarts = 0;
  private hintsShown = true;
  private readonly hints: Middleware = {
    provideInlayHints: (document, range, token, next) => (this.hintsShown ? next(document, range, token) : []),
  };
  private readonly updates = new vscode.EventEmitter<UpdateParams>();
  /** A better picture of a job under way. */
  readonly onUpdate = this.updates.event;

  private readonly averages = new vscode.EventEmitter<UpdateAverageParams>();
  /** An average over more of the samples. */
  readonly onUpdateAverage = this.averages.event;

  constructor(
    private readonly extensionPath: string,
    private readonly tokens: Tokens,
  ) {}

  /** Starts the server where it does not run; later calls return the same. */
  start(): Promise<LanguageClient> {
    this.client ??= this.launch().catch((error: unknown) => {
      this.client = undefined;
      throw error;
    });
    return this.client;
  }

  /** Another interpreter may have been chosen: the running server asks which; one that failed is tried anew. */
  async interpreterChanged(): Promise<void> {
    const client = await this.client?.catch(() => undefined);
    if (client) await client.sendNotification('workspace/didChangeConfiguration', { settings: null });
    else await this.start();
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  async request<M extends keyof Requests>(
    method: M,
    params: Requests[M]['params'],
    cancel?: vscode.CancellationToken,
  ): Promise<Requests[M]['result']> {
    const client = await this.start();
    return cancel ? client.sendRequest(method, params, cancel) : client.sendRequest(method, params);
  }

  /** Progress of one job, until disposed. */
  async onProgress(job: string, listener: (value: ProgressValue) => void): Promise<vscode.Disposable> {
    const client = await this.start();
    const { ProgressType } = await import('./language-client');
    return client.onProgress(new ProgressType<ProgressValue>(), job, listener);
  }

  /** Inlay hints come from the server; a person dismisses them together with the colours. */
  async showHints(shown: boolean): Promise<void> {
    if (this.hintsShown === shown) return;
    this.hintsShown = shown;
    const client = await this.client?.catch(() => undefined);
    const { InlayHintRequest } = await import('./language-client');
    const feature = client?.getFeature(InlayHintRequest.method);
    for (const { document } of vscode.window.visibleTextEditors) {
      feature?.getProvider(document)?.onDidChangeInlayHints.fire();
    }
  }

  async stop(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    await client?.then(
      (running) => running.dispose(),
      () => undefined,
    );
  }

  dispose(): void {
    void this.stop();
    this.updates.dispose();
    this.averages.dispose();
  }

  /** With the interpreter of the first workspace folder whose own can run it. */
  private async launch(): Promise<LanguageClient> {
    const folders = vscode.workspace.workspaceFolders ?? [];
    const found = await Promise.all(folders.length > 0 ? folders.map(findInterpreter) : [findInterpreter(undefined)]);
    const failures: unknown[] = [];
    for (const interpreter of new Map(found.map((each) => [each.path, each])).values()) {
      try {
        return await this.launchWith(interpreter);
      } catch (error) {
        failures.push(error);
      }
    }
    throw failures[0];
  }

  private async launchWith(interpreter: Interpreter): Promise<LanguageClient> {
    log.info(`language server: ${interpreter.path} (from: ${interpreter.source})`);
    const started = Date.now();
    const { CloseAction, ErrorAction, QuietClient } = await import('./language-client');
    let lastWords = '';
    let isReady = false;
    const run = async (): Promise<ChildProcess> => {
      const child = await this.spawn(interpreter);
      child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        lastWords = (lastWords + text).slice(-LAST_WORDS);
        log.debug(text.trimEnd());
      });
      return child;
    };
    const client = new QuietClient('heatline', 'Heatline', run, {
      documentSelector: [{ language: 'python' }],
      outputChannel: log.channel,
      initializationOptions: { images: true, commands: COMMANDS, token: true },
      markdown: { supportHtml: true },
      middleware: { ...translated, ...this.hints, workspace: { configuration: withInterpreter } },
      initializationFailedHandler: () => false,
      errorHandler: {
        error: () => ({ action: ErrorAction.Continue, handled: true }),
        closed: () => {
          if (!isReady) return { action: CloseAction.DoNotRestart, handled: true };
          this.client = undefined; // the next request starts a new one
          if (this.restarts++ < RESTARTS) this.start().catch((error: unknown) => log.warn(describe(error).message));
          return { action: CloseAction.DoNotRestart, handled: true };
        },
      },
    });
    client.onNotification('heatline/update', (update: UpdateParams) => this.updates.fire(update));
    client.onNotification('heatline/updateAverage', (update: UpdateAverageParams) => this.averages.fire(update));
    client.onRequest('heatline/token', async ({ address }: { address: string }) => this.tokens.of(address));
    try {
      await client.start();
    } catch (error) {
      const line = lastWords.trim().split('\n').at(-1) || (error instanceof Error ? error.message : String(error));
      throw new Problem(
        vscode.l10n.t('Heatline could not start with {0}: {1}', interpreter.path, line),
        vscode.l10n.t('Choose a Python of version 3.10 or newer.'),
        'no-torch',
      );
    }
    isReady = true;
    log.info(`language server ready after ${Date.now() - started} ms`);
    return client;
  }

  /** Isolated: neither the folder nor the packages of the person are read. What it starts gets their environment. */
  private spawn(interpreter: Interpreter): Promise<ChildProcess> {
    const folder = path.join(this.extensionPath, 'python');
    const child = spawn(interpreter.path, ['-I', '-S', path.join(folder, 'boot.py')], { cwd: folder });
    return new Promise((resolve, reject) => {
      child.once('spawn', () => resolve(child));
      child.once('error', (error: NodeJS.ErrnoException) =>
        reject(error.code === 'ENOENT' ? new Error(vscode.l10n.t('there is no such program')) : error),
      );
    });
  }
}

/** The server's questions about our settings, answered with the interpreter that VS Code knows of. */
const withInterpreter: ConfigurationMiddleware['configuration'] = async (params, token, next) => {
  const values = await next(params, token);
  if (!Array.isArray(values)) return values;
  return Promise.all(
    params.items.map(async ({ section, scopeUri }, i): Promise<unknown> => {
      if (section !== SECTION) return values[i];
      const folder = scopeUri ? vscode.workspace.getWorkspaceFolder(vscode.Uri.parse(scopeUri)) : undefined;
      const { path: python, source } = await findInterpreter(folder);
      // What is only on the search path gives way to an environment that the server finds in the folder.
      return { ...(values[i] as object), python: source === 'search path' ? '' : python };
    }),
  );
};

/** The server speaks English; what it offers is named in the editor's language. */
const TITLES: Record<string, string> = {
  'heatline.explainHere': vscode.l10n.t('Explain Prediction...'),
  'heatline.explainWith': vscode.l10n.t('Explain with this model'),
  'heatline.average': vscode.l10n.t('Average gradients'),
};

const translated: Middleware = {
  provideCodeLenses: async (document, token, next) => {
    const lenses = await next(document, token);
    for (const { command } of lenses ?? []) if (command) command.title = TITLES[command.command] ?? command.title;
    return lenses;
  },
  provideCodeActions: async (document, range, context, token, next) => {
    const actions = await next(document, range, context, token);
    for (const action of actions ?? []) {
      if (action instanceof vscode.CodeAction && action.command) {
        action.title = TITLES[action.command.command] ?? action.title;
      }
    }
    return actions;
  },
};
