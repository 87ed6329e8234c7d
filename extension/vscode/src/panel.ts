/** The result panel: one webview beside the editor, used again for every explanation. */

import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

import type { FromWebview, PanelState, ToWebview } from './messages';

const NOTHING: PanelState = { explanation: null, progress: null, failure: null };

export class ResultPanel implements vscode.Disposable {
  private panel: vscode.WebviewPanel | undefined;
  private state: PanelState = NOTHING;
  private readonly cancels = new vscode.EventEmitter<void>();
  /** The person pressed Cancel in the panel, or closed it. */
  readonly onDidCancel = this.cancels.event;

  constructor(private readonly extensionUri: vscode.Uri) {}

  /** Clears the panel for a new explanation and shows it, leaving the focus where it is. */
  begin(title: string): void {
    this.panel ??= this.create();
    this.panel.title = vscode.l10n.t('Why: {0}', title);
    this.panel.reveal(this.coversEditor() ? vscode.ViewColumn.Beside : undefined, true);
    this.update(NOTHING);
  }

  /** Shows the parts of the state that changed. */
  update(change: ToWebview): void {
    this.state = { ...this.state, ...change };
    void this.panel?.webview.postMessage(change);
  }

  dispose(): void {
    this.panel?.dispose();
    this.cancels.dispose();
  }

  /** Whether it stands where the person reads code: it would hide the very words that it explains. */
  private coversEditor(): boolean {
    const column = vscode.window.activeTextEditor?.viewColumn;
    return column !== undefined && this.panel?.viewColumn === column;
  }

  private create(): vscode.WebviewPanel {
    const dist = vscode.Uri.joinPath(this.extensionUri, 'dist');
    const panel = vscode.window.createWebviewPanel(
      'heatline.result',
      'Heatline',
      { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true },
      { enableScripts: true, retainContextWhenHidden: true, localResourceRoots: [dist] },
    );
    panel.iconPath = vscode.Uri.joinPath(this.extensionUri, 'media', 'icon.svg');
    panel.webview.html = page(panel.webview, vscode.Uri.joinPath(dist, 'webview.js'));
    panel.webview.onDidReceiveMessage((message: FromWebview) => {
      if (message.kind === 'ready') void panel.webview.postMessage(this.state);
      else this.cancels.fire();
    });
    panel.onDidDispose(() => {
      this.panel = undefined;
      this.cancels.fire();
    });
    return panel;
  }
}

/** Styles are set by the elements on themselves, never from data; scripts run only with the nonce. */
function page(webview: vscode.Webview, script: vscode.Uri): string {
  const nonce = randomBytes(16).toString('base64');
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'nonce-${nonce}'`;
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="${policy}" />
    <style>body { padding: 16px 20px 24px; }</style>
  </head>
  <body>
    <script nonce="${nonce}" src="${webview.asWebviewUri(script).toString()}"></script>
  </body>
</html>`;
}
