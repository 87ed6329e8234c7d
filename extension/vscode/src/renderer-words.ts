/** Hands the notebook renderer what it cannot know: the words in the editor's language, and the palette. */

import * as vscode from 'vscode';

import type { FromRenderer, ToRenderer } from './messages';
import { paletteSetting } from './settings';

const RENDERER = 'heatline.explanation';

export function answerRenderer(): vscode.Disposable {
  const messaging = vscode.notebooks.createRendererMessaging(RENDERER);
  return messaging.onDidReceiveMessage(({ editor, message }: { editor: vscode.NotebookEditor; message: FromRenderer }) => {
    if (message.kind !== 'words') return;
    const answer: ToRenderer = { words: vscode.l10n.bundle ?? {}, palette: paletteSetting() };
    void messaging.postMessage(answer, editor);
  });
}
