/** Which folders of the workspace are models of transformers: the Explorer's menu asks. */

import * as path from 'node:path';
import * as vscode from 'vscode';

import { log } from './log';

const WEIGHTS = '**/{model*.safetensors,pytorch_model*.bin}';
const MOST = 200;

/** Keeps the context key `heatline.pretrained` true to the folders that hold weights beside a `config.json`. */
export function watchPretrained(): vscode.Disposable {
  const watcher = vscode.workspace.createFileSystemWatcher(WEIGHTS, false, true, false);
  const look = (): void => {
    find().then(
      (folders) => void vscode.commands.executeCommand('setContext', 'heatline.pretrained', folders),
      (error: unknown) => log.warn(String(error)),
    );
  };
  look();
  return vscode.Disposable.from(watcher, watcher.onDidCreate(look), watcher.onDidDelete(look));
}

async function find(): Promise<string[]> {
  const weights = await vscode.workspace.findFiles(WEIGHTS, undefined, MOST);
  const folders = [...new Set(weights.map(({ fsPath }) => path.dirname(fsPath)))];
  const found = await Promise.all(
    folders.map(async (folder) => ((await exists(path.join(folder, 'config.json'))) ? folder : undefined)),
  );
  return found.filter((folder) => folder !== undefined);
}

async function exists(file: string): Promise<boolean> {
  try {
    await vscode.workspace.fs.stat(vscode.Uri.file(file));
    return true;
  } catch {
    return false;
  }
}
