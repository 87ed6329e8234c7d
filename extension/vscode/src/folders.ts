/** Several workspace folders in one window: where a model belongs, as the language server names it. */

import * as path from 'node:path';
import type { ModelInfo } from '@heatline/protocol';
import * as vscode from 'vscode';

const NAMES = 'pyproject.toml';

/** A model as Python names it. */
export interface Named {
  spec: string;
  /** The folder that relative paths and imports start from, where the spec says it. */
  folder: string | undefined;
}

export function folders(): string[] {
  return vscode.workspace.workspaceFolders?.map(({ uri }) => uri.fsPath) ?? [];
}

/**
 * Where there are several folders the server puts the model's own in front: of a file's path, and also of what is no path:
 * `/two/package.module:function`, `/two/pyproject.toml:name`.
 */
export function named({ ref, name }: ModelInfo): Named {
  if (ref.kind !== 'factory') return { spec: name, folder: undefined };
  const { spec } = ref;
  const code = spec.slice(spec.lastIndexOf('@') + 1); // weights may lie elsewhere
  const place = path.isAbsolute(code) ? code : spec;
  if (!path.isAbsolute(place)) return { spec, folder: undefined };
  const around = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(place))?.uri.fsPath;
  const colon = place.lastIndexOf(':');
  const [file, member] = [place.slice(0, Math.max(0, colon)), place.slice(colon + 1)];
  if (path.basename(file) === NAMES) return { spec: member, folder: path.dirname(file) };
  const isModule = path.isAbsolute(file) && !file.includes('@') && !file.endsWith('.py');
  return isModule ? { spec: `${path.basename(file)}:${member}`, folder: path.dirname(file) } : { spec, folder: around };
}
