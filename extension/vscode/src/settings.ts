import * as os from 'node:os';
import * as vscode from 'vscode';

export const SECTION = 'heatline';

/** The interpreter that the person set, with `~` and `${workspaceFolder}` filled in; empty where none is set. */
export function pythonSetting(folder: vscode.WorkspaceFolder | undefined): string {
  const value = vscode.workspace.getConfiguration(SECTION, folder?.uri).get<string>('python', '').trim();
  return value
    .replace(/^~(?=$|[/\\])/, () => os.homedir())
    .replaceAll('${workspaceFolder}', () => folder?.uri.fsPath ?? '');
}
