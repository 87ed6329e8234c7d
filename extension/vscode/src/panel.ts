/** Result panels: one webview beside the editor that is used again for every explanation, and those that were pinned. */

import type { Ask, Expected } from '@heatline/views';
import { History } from '@heatline/views/history';
import * as vscode from 'vscode';

import type { FromWebview, PanelState, ToWebview } from './messages';
import { page } from './page';
import { type Answer, type Question, isAverage } from './question';
import { isGone, restored, saved } from './saved';
import { SECTION, paletteSetting } from './settings';

const VIEW = 'heatline.result';
const NOTHING: PanelState = {
  explanation: null,
  comparison: null,
  average: null,
  progress: null,
  failure: null,
  expected: '',
  canAsk: false,
};

/** One webview, what it shows and what it has shown. */
class Panel {
  private state: PanelState = NOTHING;
  private isPinned = false;

  constructor(
    extensionUri: vscode.Uri,
    private readonly webview: vscode.WebviewPanel,
    readonly history: History<Answer>,
    private readonly listeners: {
      message: (message: FromWebview) => void;
      active: () => void;
      closed: () => void;
    },
  ) {
    const dist = vscode.Uri.joinPath(extensionUri, 'dist');
    this.webview.webview.options = { enableScripts: true, localResourceRoots: [dist] };
    this.webview.iconPath = vscode.Uri.joinPath(extensionUri, 'media', 'icon.svg');
    this.webview.webview.html = page(this.webview.webview, vscode.Uri.joinPath(dist, 'webview.js'));
    this.webview.webview.onDidReceiveMessage((message: FromWebview) => {
      if (message.kind === 'ready') this.post({ ...this.state, palette: paletteSetting(), saved: this.saved });
      else this.listeners.message(message);
    });
    this.webview.onDidChangeViewState(() => this.listeners.active());
    this.webview.onDidDispose(() => this.listeners.closed());
  }

  get isActive(): boolean {
    return this.webview.active;
  }

  /** Shows it beside the editor; the focus stays where it is, if it is not asked for. */
  reveal(focus = false): void {
    const column = vscode.window.activeTextEditor?.viewColumn;
    // Where a person reads code it would hide the very words that it explains.
    const covers = column !== undefined && this.webview.viewColumn === column;
    this.webview.reveal(covers ? vscode.ViewColumn.Beside : undefined, !focus);
  }

  title(title: string): void {
    this.webview.title = title;
  }

  /** From now on it shows what it shows. */
  pin(): void {
    this.isPinned = true;
    if (this.history.current) this.show(this.history.current);
  }

  clear(): void {
    this.update(NOTHING);
  }

  show(answer: Answer): void {
    const title = titleOf(answer);
    this.title(this.isPinned ? vscode.l10n.t('{0} (pinned)', title) : title);
    const canAsk = !this.isPinned && !isAverage(answer) && !answer.question.compared && !isGone(answer);
    this.update({ ...NOTHING, ...shown(answer), canAsk });
    this.post({ saved: this.saved });
  }

  update(change: ToWebview): void {
    this.state = { ...this.state, ...change };
    this.post(change);
  }

  post(message: ToWebview): void {
    void this.webview.webview.postMessage(message);
  }

  dispose(): void {
    this.webview.dispose();
  }

  private get saved(): ReturnType<typeof saved> {
    return saved(this.history, this.isPinned);
  }
}

export class ResultPanels implements vscode.Disposable {
  /** The one that the next explanation goes to. */
  private current: Panel | undefined;
  private readonly pinned = new Set<Panel>();
  private readonly cancels = new vscode.EventEmitter<void>();
  private readonly asks = new vscode.EventEmitter<{ question: Question; how: Ask }>();
  /** The person pressed Cancel in the panel, or closed it. */
  readonly onDidCancel = this.cancels.event;
  /** The person asked for another explanation of the sample that is shown. */
  readonly onDidAsk = this.asks.event;

  private readonly subscription: vscode.Disposable;

  constructor(private readonly extensionUri: vscode.Uri) {
    this.subscription = vscode.Disposable.from(
      vscode.workspace.onDidChangeConfiguration((event) => {
        if (!event.affectsConfiguration(`${SECTION}.palette`)) return;
        for (const panel of [...this.pinned, this.current]) panel?.post({ palette: paletteSetting() });
      }),
      vscode.window.registerWebviewPanelSerializer(VIEW, {
        deserializeWebviewPanel: async (webview, state) => this.restore(webview, state),
      }),
    );
  }

  /** Comes into sight with what it shows; how to begin, where nothing was explained yet. */
  open(): void {
    this.current ??= this.adopt(this.create(), new History());
    this.current.reveal(true);
  }

  /** Clears the panel for a new explanation and shows it. */
  begin(title: string, expected: Expected | 'unknown'): void {
    this.current ??= this.adopt(this.create(), new History());
    this.current.title(title);
    this.current.reveal();
    this.current.clear();
    this.current.update({ expected: expected === 'unknown' ? '' : expected });
  }

  /** Shows the parts of the state that changed. */
  update(change: ToWebview): void {
    this.current?.update(change);
  }

  /** A picture that gets better. */
  preview(answer: Answer): void {
    this.current?.update(shown(answer));
  }

  /** The final answer: it can be stepped back to, and asked on. */
  finish(answer: Answer): void {
    if (!this.current) return;
    this.current.history.add(answer);
    this.current.show(answer);
    this.tell();
  }

  /** What the panel in front shows: the active one, else the current one. */
  get answer(): Answer | undefined {
    return (this.front ?? this.current)?.history.current;
  }

  /** Shows the answer before (-1) or after (1). */
  step(by: -1 | 1): void {
    const panel = this.front ?? this.current;
    if (panel === undefined) return;
    if (panel === this.current) this.cancels.fire();
    const answer = panel.history.step(by);
    if (answer) panel.show(answer);
    this.tell();
  }

  /** Keeps the panel as it is: the next explanation opens another one. */
  pin(): void {
    if (!this.current?.history.current) return;
    this.current.pin();
    this.pinned.add(this.current);
    this.current = undefined;
    this.tell();
  }

  dispose(): void {
    for (const panel of [...this.pinned, this.current]) panel?.dispose();
    this.subscription.dispose();
    this.cancels.dispose();
    this.asks.dispose();
  }

  private get front(): Panel | undefined {
    return [this.current, ...this.pinned].find((panel) => panel?.isActive);
  }

  private create(): vscode.WebviewPanel {
    return vscode.window.createWebviewPanel(
      VIEW,
      'Heatline',
      { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true },
      { retainContextWhenHidden: true },
    );
  }

  /** A panel of before the window was reloaded; VS Code restores it when it comes into sight. */
  private restore(webview: vscode.WebviewPanel, state: unknown): void {
    const before = restored(state);
    const answer = before?.history.current;
    if (!before || !answer) return webview.dispose();
    const panel = this.adopt(webview, before.history);
    if (before.pinned || this.current) {
      this.pinned.add(panel);
      panel.pin();
    } else {
      this.current = panel;
      panel.show(answer);
    }
    this.tell();
  }

  private adopt(webview: vscode.WebviewPanel, history: History<Answer>): Panel {
    const panel: Panel = new Panel(this.extensionUri, webview, history, {
      message: (message) => {
        const answer = panel.history.current;
        if (message.kind === 'cancel') this.cancels.fire();
        else if (message.kind === 'example') void vscode.commands.executeCommand('heatline.openExample');
        else if (message.kind === 'palette') void rememberPalette(message.palette);
        else if (message.kind === 'ask' && answer && !isAverage(answer)) {
          this.asks.fire({ question: answer.question, how: message.ask });
        }
      },
      active: () => this.tell(),
      closed: () => {
        this.pinned.delete(panel);
        if (this.current === panel) {
          this.current = undefined;
          this.cancels.fire();
        }
        this.tell();
      },
    });
    return panel;
  }

  /** For the buttons in the panel's title. */
  private tell(): void {
    const panel = this.front ?? this.current;
    const set = (key: string, value: boolean): void =>
      void vscode.commands.executeCommand('setContext', `heatline.${key}`, value);
    set('canGoBack', panel?.history.canGoBack ?? false);
    set('canGoForward', panel?.history.canGoForward ?? false);
    const answer = panel?.history.current;
    set('hasAnswer', answer !== undefined);
    set('canCompare', answer !== undefined && !isAverage(answer) && !isGone(answer));
    set('canPin', panel !== undefined && panel === this.current && panel.history.current !== undefined);
  }
}

export function titleOf({ question }: Pick<Answer, 'question'>): string {
  return 'data' in question
    ? vscode.l10n.t('On average: {0}', question.data.name)
    : vscode.l10n.t('Why: {0}', question.sample.name);
}

function shown(answer: Answer): ToWebview {
  if (isAverage(answer)) return { average: answer.average, expected: 'nothing' };
  const { question, explanations } = answer;
  return question.compared ? { comparison: explanations, expected: 'nothing' } : { explanation: explanations[0] ?? null };
}

/** What is chosen in a picture is the person's setting from then on. */
async function rememberPalette(palette: string): Promise<void> {
  await vscode.workspace.getConfiguration(SECTION).update('palette', palette, vscode.ConfigurationTarget.Global);
}
