/** The agent as the code that brings it to where models live; told once by the Python that the extension carries. */

import { execFile } from 'node:child_process';
import * as path from 'node:path';
import { promisify } from 'node:util';
import * as vscode from 'vscode';

import { findInterpreter } from '../python';

const MOST_BYTES = 64 * 1024 * 1024;

export interface Code {
  /** As `heatline.agent.bundle.DebuggeeCode`. */
  debuggee: { present: string; expressions: string[]; ready: string; module: string };
  /** As `heatline.agent.bundle.KernelCode`. */
  kernel: { code: string; module: string };
}

let code: Promise<Code> | undefined;

export function codeOf(extensionPath: string): Promise<Code> {
  code ??= tell(extensionPath).catch((error: unknown) => {
    code = undefined;
    throw error;
  });
  return code;
}

async function tell(extensionPath: string): Promise<Code> {
  const interpreter = await findInterpreter(vscode.workspace.workspaceFolders?.[0]);
  const script = path.join(extensionPath, 'python', 'live.py');
  const { stdout } = await promisify(execFile)(interpreter.path, ['-I', '-S', script], { maxBuffer: MOST_BYTES });
  return JSON.parse(stdout) as Code;
}
