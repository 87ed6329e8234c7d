/** The flame in the cells' toolbars comes with the first cell that runs: before, no variable is alive to be explained. */

import * as vscode from 'vscode';

export function flameOnceACellRan(): vscode.Disposable {
  const ran = new WeakSet<vscode.NotebookDocument>();
  const tell = (editor = vscode.window.activeNotebookEditor): void => {
    // With the result panel in front the notebook beside it stays as it was.
    if (editor) void vscode.commands.executeCommand('setContext', 'heatline.cellRan', ran.has(editor.notebook));
  };
  return vscode.Disposable.from(
    vscode.window.onDidChangeActiveNotebookEditor(tell),
    vscode.workspace.onDidChangeNotebookDocument(({ notebook, cellChanges }) => {
      if (!cellChanges.some(({ executionSummary }) => executionSummary?.executionOrder !== undefined)) return;
      ran.add(notebook);
      tell();
    }),
  );
}
