/** The page of a result panel: its script, the words that it shows, and how to begin while it shows nothing else. */

import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';

/** Styles are set by the elements on themselves, never from data; scripts run only with the nonce. */
export function page(webview: vscode.Webview, script: vscode.Uri): string {
  const nonce = randomBytes(16).toString('base64');
  const policy = `default-src 'none'; style-src 'unsafe-inline'; script-src 'nonce-${nonce}'`;
  const words = JSON.stringify(vscode.l10n.bundle ?? {}).replaceAll('<', '\\u003c');
  return `<!doctype html>
<html lang="${vscode.env.language}">
  <head>
    <meta charset="utf-8" />
    <meta http-equiv="Content-Security-Policy" content="${policy}" />
    <style>
      body { padding: 16px 20px 24px; }
      #begin li { margin: 8px 0; line-height: 1.5; }
      #begin button { padding: 4px 12px; border: 1px solid var(--vscode-button-border, transparent); border-radius: 2px; font: inherit; cursor: pointer; background: var(--vscode-button-background); color: var(--vscode-button-foreground); }
    </style>
  </head>
  <body>
    <div id="begin">${howToBegin()}</div>
    <script nonce="${nonce}" id="words" type="application/json">${words}</script>
    <script nonce="${nonce}" src="${webview.asWebviewUri(script).toString()}"></script>
  </body>
</html>`;
}

/** Where one looks for what to do. `{0}` is a key, which the script knows: the person's keyboard may be elsewhere. */
function howToBegin(): string {
  const lines = [
    vscode.l10n.t('Write a function that returns your model, or open the example.'),
    vscode.l10n.t('Right-click a photo, a text file or a model file in the Explorer, or a text in quotes in Python code, and choose “Explain Prediction...”.'),
    vscode.l10n.t('By keyboard: put the cursor into the text, or open the photo, and press {0}.'),
  ];
  const items = lines.map((line) => `<li>${escaped(line)}</li>`).join('');
  return `<ol>${items}</ol><button type="button">${escaped(vscode.l10n.t('Open the Example'))}</button>`;
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
