import * as vscode from 'vscode';

/** The output channel "Heatline"; its level is chosen in VS Code's output view. */
export const log = vscode.window.createOutputChannel('Heatline', { log: true });
