import * as os from 'node:os';
import * as path from 'node:path';
import * as vscode from 'vscode';

export const SECTION = 'heatline';

/** The interpreter that the person set: an absolute path, or a command on the search path; empty where none is set. */
export function pythonSetting(folder: vscode.WorkspaceFolder | undefined): string {
  const value = vscode.workspace.getConfiguration(SECTION, folder?.uri).get<string>('python', '').trim();
  const written = value
    .replace(/^~(?=$|[/\\])/, () => os.homedir())
    .replaceAll('${workspaceFolder}', () => folder?.uri.fsPath ?? '');
  return folder && /[/\\]/.test(written) ? path.resolve(folder.uri.fsPath, written) : written;
}

/** The address of a `heatline serve`; empty where none is set. */
function serverSetting(folder: vscode.WorkspaceFolder | undefined): string {
  return vscode.workspace.getConfiguration(SECTION, folder?.uri).get<string>('server', '').trim();
}

/** The addresses of all workspace folders, each once. */
export function servers(): string[] {
  const folders = vscode.workspace.workspaceFolders ?? [undefined];
  return [...new Set(folders.map(serverSetting))].filter(Boolean);
}

/** Samples that an average reads at most; null for all of them. */
export function averageLimit(root: string): number | null {
  return vscode.workspace.getConfiguration(SECTION, vscode.Uri.file(root)).get<number | null>('averageSamples', null);
}

/** The colours of magnitudes. */
export function paletteSetting(): string {
  return vscode.workspace.getConfiguration(SECTION).get<string>('palette', 'inferno');
}

export function hoverSetting(uri: vscode.Uri): boolean {
  return vscode.workspace.getConfiguration(SECTION, uri).get<boolean>('hover.enabled', true);
}

/** Whether top classes stand beside predictions while a program is stepped through. */
export function inlineValuesSetting(): boolean {
  return vscode.workspace.getConfiguration(SECTION).get<boolean>('debug.inlineValues', false);
}
