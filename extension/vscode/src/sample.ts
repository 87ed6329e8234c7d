/** What is to be explained: an image file from the Explorer, or what stands under the cursor in Python code. */

import * as fs from 'node:fs';
import * as path from 'node:path';
import type { FileSample, SampleKind, TextSample } from '@heatline/protocol';
import * as vscode from 'vscode';

import { Problem } from './failure';
import type { Server } from './server';

/** Where a text stands in a source file, so that its words can be coloured there. */
export interface Place {
  document: vscode.TextDocument;
  /** The document's version when the text was read. */
  version: number;
  /** UTF-16 code units into the source; within the literal. */
  offset: number;
}

export interface Sample {
  ref: FileSample | TextSample;
  name: string;
  inputs: SampleKind;
  folder: vscode.WorkspaceFolder | undefined;
  place?: Place;
}

const TITLE_LENGTH = 40;

export function imageFile(uri: vscode.Uri): Sample {
  return {
    ref: { kind: 'file', path: uri.fsPath },
    name: path.basename(uri.fsPath),
    inputs: 'image',
    folder: vscode.workspace.getWorkspaceFolder(uri),
  };
}

/** The string or the image path at a position of a Python document. */
export async function inSource(
  document: vscode.TextDocument,
  position: vscode.Position,
  server: Server,
): Promise<Sample> {
  const place = { document, version: document.version, offset: document.offsetAt(position) };
  const found = await server.request('heatline/locate', { source: document.getText(), offset: place.offset });
  if (found.kind !== 'string') {
    throw new Problem(
      vscode.l10n.t('There is no string at the cursor.'),
      vscode.l10n.t('Put it into the text, or the path of an image, that you want explained.'),
    );
  }
  const folder = vscode.workspace.getWorkspaceFolder(document.uri);
  if (found.image) return { ...imageFile(existing(found.text, document, folder)), folder };
  if (!found.text.trim()) {
    throw new Problem(vscode.l10n.t('This string is empty.'), vscode.l10n.t('Write a text into it to have it explained.'));
  }
  return { ...text(found.text, folder), place };
}

export function text(value: string, folder: vscode.WorkspaceFolder | undefined): Sample {
  const name = value.trim().replace(/\s+/g, ' ');
  return {
    ref: { kind: 'text', text: value },
    name: name.length > TITLE_LENGTH ? `${name.slice(0, TITLE_LENGTH - 1)}…` : name,
    inputs: 'text',
    folder,
  };
}

/** A path in code starts from the folder of the file or from the workspace's: nobody knows before it runs. */
function existing(
  text: string,
  document: vscode.TextDocument,
  folder: vscode.WorkspaceFolder | undefined,
): vscode.Uri {
  const starts = [path.dirname(document.uri.fsPath), folder?.uri.fsPath].filter((start) => start !== undefined);
  for (const start of starts) {
    const candidate = path.resolve(start, text);
    if (fs.existsSync(candidate)) return vscode.Uri.file(candidate);
  }
  throw new Problem(
    vscode.l10n.t('There is no image "{0}".', text),
    vscode.l10n.t('It was looked for in {0}.', starts.join(', ')),
  );
}

const IMAGES = '**/*.{png,jpg,jpeg,bmp,gif,webp,tif,tiff,PNG,JPG,JPEG}';
const MOST_IMAGES = 200;

/** Asks for a sample: the images of the workspace, or a text to type in. Undefined where the person turned away. */
export async function pick(inputs: SampleKind): Promise<Sample | undefined> {
  const write = { label: `$(edit) ${vscode.l10n.t('Write a text...')}`, uri: undefined };
  const files = await vscode.workspace.findFiles(IMAGES, undefined, MOST_IMAGES);
  const images = files
    .map((uri) => ({ label: `$(file-media) ${path.basename(uri.fsPath)}`, description: relative(uri), uri }))
    .sort((a, b) => a.description.localeCompare(b.description));
  const items: { label: string; description?: string; uri: vscode.Uri | undefined }[] =
    inputs === 'text' ? [write, ...images] : [...images, write];
  const title = vscode.l10n.t('Explain which sample?');
  const picked = await vscode.window.showQuickPick(items, { title, matchOnDescription: true });
  if (!picked) return undefined;
  if (picked.uri) return imageFile(picked.uri);
  const value = await vscode.window.showInputBox({ title, prompt: vscode.l10n.t('A text for the model to read') });
  return value?.trim() ? text(value, vscode.workspace.workspaceFolders?.[0]) : undefined;
}

function relative(uri: vscode.Uri): string {
  return vscode.workspace.asRelativePath(uri);
}
