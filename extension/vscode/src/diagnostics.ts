/** What a bug report needs. Nothing leaves the machine: it goes to a document and to the clipboard. */

import { execFile } from 'node:child_process';
import * as os from 'node:os';
import { promisify } from 'node:util';
import * as vscode from 'vscode';

import { log } from './log';
import { findInterpreter } from './python';
import { servers } from './settings';
import type { Tokens } from './token';

const ASK_MS = 60000;
const VERSIONS = `
import importlib.metadata as metadata, sys
print("Python", sys.version.split()[0])
for name in ("torch", "numpy", "pillow", "transformers", "heatline"):
    try:
        print(name, metadata.version(name), flush=True)
    except metadata.PackageNotFoundError:
        print(name, "is not installed")
try:
    import torch
    print("devices:", ", ".join(["cpu", *(torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count()))]
        + ["mps"] * torch.backends.mps.is_available()))
except Exception as error:
    print("torch cannot be imported:", error)
`;
/** Those whose environments, kernels and debuggers are used. */
const NEIGHBOURS = ['ms-python.python', 'ms-python.vscode-python-envs', 'ms-python.debugpy', 'ms-toolsai.jupyter'];

interface Manifest {
  version: string;
  contributes: { configuration: { properties: Record<string, unknown> }[] };
}

export async function showDiagnostics(extension: vscode.Extension<unknown>, tokens: Tokens): Promise<void> {
  const title = vscode.l10n.t('Heatline: asking the interpreter what it has');
  const options = { location: vscode.ProgressLocation.Window, title };
  const text = await vscode.window.withProgress(options, () => report(extension, tokens));
  await vscode.env.clipboard.writeText(text);
  const document = await vscode.workspace.openTextDocument({ language: 'markdown', content: text });
  await vscode.window.showTextDocument(document);
  vscode.window.setStatusBarMessage(vscode.l10n.t('Copied: what a bug report needs'), 5000);
}

async function report({ packageJSON, id }: vscode.Extension<unknown>, tokens: Tokens): Promise<string> {
  const { version, contributes } = packageJSON as Manifest;
  const settings = contributes.configuration.flatMap(({ properties }) => Object.keys(properties));
  const folders = vscode.workspace.workspaceFolders ?? [];
  const places = folders.length > 0 ? folders : [undefined];
  const interpreters = await Promise.all(places.map(findInterpreter));
  const where = vscode.env.remoteName ?? (vscode.env.uiKind === vscode.UIKind.Web ? 'web' : 'desktop');
  const neighbours = NEIGHBOURS.map((name) => `${name} ${versionOf(name)}`).join(', ');
  const told = async (address: string): Promise<string> =>
    `${address}, token: ${(await tokens.isKnown(address)) ? 'stored' : 'none'}`;
  const addresses = await Promise.all(servers().map(told));
  return `# Heatline diagnostics

- ${id} ${version}, ${vscode.env.appName} ${vscode.version} (${where}), ${os.type()} ${os.release()} ${os.arch()}
- Workspace: ${vscode.workspace.isTrusted ? 'trusted' : 'not trusted'}, ${folders.length} folder(s)
${places.map((folder, i) => `- Interpreter${of(folder)}: ${interpreters[i].path} (from: ${interpreters[i].source})`).join('\n')}
- Server: ${addresses.join('; ') || 'none'}
- Beside it: ${neighbours}
- Language: ${vscode.env.language}, theme: ${vscode.ColorThemeKind[vscode.window.activeColorTheme.kind]}

## What the interpreter has

${(await Promise.all([...new Set(interpreters.map(({ path }) => path))].map(versions))).map(fenced).join('\n')}

${places.map((folder) => `## Settings${of(folder)} that are not the default\n\n${fenced(changed(settings, folder))}`).join('\n\n')}

## The last lines of the log

${fenced(log.last().join('\n'))}
`;
}

/** Which folder is spoken of, where there are several. */
function of(folder: vscode.WorkspaceFolder | undefined): string {
  return folder && (vscode.workspace.workspaceFolders?.length ?? 0) > 1 ? ` of ${folder.name}` : '';
}

function versionOf(id: string): string {
  const extension = vscode.extensions.getExtension(id);
  return extension ? (extension.packageJSON as Manifest).version : 'is not installed';
}

/** Asks the interpreter. The person wants it to run: it is what they report on. */
async function versions(interpreter: string): Promise<string> {
  if (!vscode.workspace.isTrusted) return 'not asked: the workspace is not trusted';
  try {
    return (await promisify(execFile)(interpreter, ['-c', VERSIONS], { timeout: ASK_MS })).stdout.trim();
  } catch (error) {
    // Importing torch may take too long; what was said before that counts.
    const { stdout } = error as { stdout?: string };
    return [stdout?.trim(), error instanceof Error ? error.message : String(error)].filter(Boolean).join('\n');
  }
}

/** Those that are not the default, of settings by their full names. */
function changed(keys: string[], folder: vscode.WorkspaceFolder | undefined): string {
  const settings = vscode.workspace.getConfiguration(undefined, folder);
  const lines = keys.flatMap((key) => {
    const value = JSON.stringify(settings.get(key));
    return value === JSON.stringify(settings.inspect(key)?.defaultValue) ? [] : [`${key}: ${value}`];
  });
  return lines.join('\n') || 'none';
}

function fenced(text: string): string {
  return ['```', text, '```'].join('\n');
}
