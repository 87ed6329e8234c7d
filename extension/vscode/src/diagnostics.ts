/** What a bug report needs. Nothing leaves the machine: it goes to a document and to the clipboard. */

import { execFile } from 'node:child_process';
import * as os from 'node:os';
import { promisify } from 'node:util';
import * as vscode from 'vscode';

import { log } from './log';
import { findInterpreter } from './python';

const ASK_MS = 20000;
const VERSIONS = `
import importlib.metadata as metadata, sys
print("Python", sys.version.split()[0])
for name in ("torch", "numpy", "pillow", "transformers", "heatline"):
    try:
        print(name, metadata.version(name))
    except metadata.PackageNotFoundError:
        print(name, "is not installed")
`;

interface Manifest {
  version: string;
  contributes: { configuration: { properties: Record<string, unknown> }[] };
}

export async function showDiagnostics(extension: vscode.Extension<unknown>): Promise<void> {
  const text = await report(extension);
  await vscode.env.clipboard.writeText(text);
  const document = await vscode.workspace.openTextDocument({ language: 'markdown', content: text });
  await vscode.window.showTextDocument(document);
  vscode.window.setStatusBarMessage(vscode.l10n.t('Copied: what a bug report needs'), 5000);
}

async function report({ packageJSON, id }: vscode.Extension<unknown>): Promise<string> {
  const { version, contributes } = packageJSON as Manifest;
  const settings = contributes.configuration.flatMap(({ properties }) => Object.keys(properties));
  const interpreter = await findInterpreter(vscode.workspace.workspaceFolders?.[0]);
  const where = vscode.env.remoteName ?? (vscode.env.uiKind === vscode.UIKind.Web ? 'web' : 'desktop');
  return `# Heatline diagnostics

- ${id} ${version}, ${vscode.env.appName} ${vscode.version} (${where}), ${os.type()} ${os.release()} ${os.arch()}
- Workspace: ${vscode.workspace.isTrusted ? 'trusted' : 'not trusted'}, ${vscode.workspace.workspaceFolders?.length ?? 0} folder(s)
- Interpreter: ${interpreter.path} (from: ${interpreter.source})

## What the interpreter has

${fenced(await versions(interpreter.path))}

## Settings that are not the default

${fenced(changed(settings))}

## The last lines of the log

${fenced(log.last().join('\n'))}
`;
}

/** Asks the interpreter. The person wants it to run: it is what they report on. */
async function versions(interpreter: string): Promise<string> {
  if (!vscode.workspace.isTrusted) return 'not asked: the workspace is not trusted';
  try {
    return (await promisify(execFile)(interpreter, ['-c', VERSIONS], { timeout: ASK_MS })).stdout.trim();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

/** Those that are not the default, of settings by their full names. */
function changed(keys: string[]): string {
  const settings = vscode.workspace.getConfiguration();
  const lines = keys.flatMap((key) => {
    const value = JSON.stringify(settings.get(key));
    return value === JSON.stringify(settings.inspect(key)?.defaultValue) ? [] : [`${key}: ${value}`];
  });
  return lines.join('\n') || 'none';
}

function fenced(text: string): string {
  return ['```', text, '```'].join('\n');
}
