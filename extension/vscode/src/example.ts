/** The example that comes with the extension: a model that needs no weights, and texts for it to read. */

import * as vscode from 'vscode';

/** Opens a copy that the person may change, beside whatever they work on. */
export async function openExample(context: vscode.ExtensionContext): Promise<void> {
  const name = 'reviews.py';
  const copy = vscode.Uri.joinPath(context.globalStorageUri, 'example', name);
  try {
    await vscode.workspace.fs.stat(copy);
  } catch {
    await vscode.workspace.fs.copy(vscode.Uri.joinPath(context.extensionUri, 'example', name), copy);
  }
  await vscode.window.showTextDocument(copy);
}
