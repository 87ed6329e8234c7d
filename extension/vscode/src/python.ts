/** Which Python interpreter runs the language server and, through it, the person's models. */

import type { PythonEnvironmentApi } from '@vscode/python-environments';
import type { PythonExtension } from '@vscode/python-extension';
import * as vscode from 'vscode';

import { log } from './log';
import { SECTION, pythonSetting } from './settings';

const ENVIRONMENTS = 'ms-python.vscode-python-envs';
const PYTHON = 'ms-python.python';

export interface Interpreter {
  path: string;
  /** Who named it. */
  source: 'setting' | 'Python Environments extension' | 'Python extension' | 'search path';
}

/** The first that is known of: our setting, Python Environments, the Python extension, the search path. */
export async function findInterpreter(folder: vscode.WorkspaceFolder | undefined): Promise<Interpreter> {
  const set = pythonSetting(folder);
  if (set) return { path: set, source: 'setting' };
  const environments = await api<PythonEnvironmentApi>(ENVIRONMENTS);
  const run = (await environments?.getEnvironment(folder?.uri))?.execInfo.run.executable;
  if (run) return { path: run, source: 'Python Environments extension' };
  const python = await api<PythonExtension>(PYTHON);
  if (python) {
    const active = python.environments.getActiveEnvironmentPath(folder?.uri);
    const path = (await python.environments.resolveEnvironment(active))?.executable.uri?.fsPath;
    if (path) return { path, source: 'Python extension' };
  }
  return { path: process.platform === 'win32' ? 'python' : 'python3', source: 'search path' };
}

/** Calls `listener` when another interpreter may have been chosen. */
export async function onInterpreterChange(
  listener: () => void,
  subscriptions: { push(item: vscode.Disposable): void },
): Promise<void> {
  subscriptions.push(
    vscode.workspace.onDidChangeConfiguration((event) => {
      if (event.affectsConfiguration(`${SECTION}.python`)) listener();
    }),
  );
  const environments = await api<PythonEnvironmentApi>(ENVIRONMENTS);
  if (environments) subscriptions.push(environments.onDidChangeEnvironment(listener));
  const python = await api<PythonExtension>(PYTHON);
  if (python) subscriptions.push(python.environments.onDidChangeActiveEnvironmentPath(listener));
}

/** Lets the person choose: in the Python extension where it is there, else in our settings. */
export async function chooseInterpreter(): Promise<void> {
  const commands = await vscode.commands.getCommands(true);
  if (commands.includes('python.setInterpreter')) return vscode.commands.executeCommand('python.setInterpreter');
  // A path belongs to a machine, so the setting is not among those of the user.
  const settings = vscode.workspace.workspaceFolders ? 'openWorkspaceSettings' : 'openRemoteSettings';
  const command = `workbench.action.${settings}`;
  const known = commands.includes(command) ? command : 'workbench.action.openSettings';
  await vscode.commands.executeCommand(known, { query: `${SECTION}.python` });
}

async function api<T>(id: string): Promise<T | undefined> {
  const extension = vscode.extensions.getExtension<T>(id);
  if (!extension) return undefined;
  try {
    return await extension.activate();
  } catch (error) {
    log.warn(`${id} did not start: ${String(error)}`);
    return undefined;
  }
}
