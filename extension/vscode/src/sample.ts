/** What is to be explained: an image file from the Explorer, or what stands under the cursor in Python code. */

import * as fs from 'node:fs';
import * as path from 'node:path';
import type { SampleKind, SampleRef } from '@heatline/protocol';
import * as vscode from 'vscode';

import { Problem } from './failure';
import { folders } from './folders';
import { isText } from './reproduce';
import type { Server } from './server';

/** Where a sample stands in a source file, so that its words can be coloured there. */
export interface Place {
  document: vscode.TextDocument;
  /** The document's version when the text was read. */
  version: number;
  /** UTF-16 code units into the source; within the literal. */
  offset: number;
}

export interface Sample {
  ref: SampleRef;
  name: string;
  inputs: SampleKind;
  /** The folder whose models explain it: the workspace's, else the one that it lies in. */
  root: string | undefined;
  place?: Place;
}

const TITLE_LENGTH = 40;
/** The scheme of a notebook's cells; their path is that of the notebook. */
const CELL = 'vscode-notebook-cell';

/** An image, or a text in UTF-8. */
export function file(uri: vscode.Uri): Sample {
  return {
    ref: { kind: 'file', path: uri.fsPath },
    name: path.basename(uri.fsPath),
    inputs: isText(uri.fsPath) ? 'text' : 'image',
    root: rootOf(uri),
  };
}

/** Whether a file is a photo or a text by its name: as in the menus of package.json. */
export function isSampleFile({ scheme, path: name }: vscode.Uri): boolean {
  return scheme === 'file' && /\.(png|jpe?g|bmp|gif|webp|tiff?|txt|md|rst)$/i.test(name);
}

/** Where a document is on the disk, or the notebook that a cell is of; undefined for what was never saved. */
function onDisk(uri: vscode.Uri): vscode.Uri | undefined {
  if (uri.scheme === 'file') return uri;
  // Of a notebook that was never saved the path is a mere name, and not one below the root of the disk.
  return uri.scheme === CELL && uri.path.startsWith('/') ? uri.with({ scheme: 'file', fragment: '' }) : undefined;
}

/** The workspace folder around a file, else the folder that it lies in; none for what was never saved. */
function rootOf(uri: vscode.Uri): string | undefined {
  const place = onDisk(uri);
  const folder = vscode.workspace.getWorkspaceFolder(place ?? uri);
  return folder?.uri.fsPath ?? (place && path.dirname(place.fsPath));
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
  const root = rootOf(document.uri);
  if (found.image) return { ...file(existing(found.text, document, root)), root, place };
  if (!found.text.trim()) {
    throw new Problem(vscode.l10n.t('This string is empty.'), vscode.l10n.t('Write a text into it to have it explained.'));
  }
  return { ...text(found.text, root), place };
}

export function text(value: string, root: string | undefined): Sample {
  const name = value.trim().replace(/\s+/g, ' ');
  return {
    ref: { kind: 'text', text: value },
    name: name.length > TITLE_LENGTH ? `${name.slice(0, TITLE_LENGTH - 1)}…` : name,
    inputs: 'text',
    root,
  };
}

/** A path in code starts from the folder of the file or from the workspace's: nobody knows before it runs. */
function existing(text: string, document: vscode.TextDocument, root: string | undefined): vscode.Uri {
  const place = onDisk(document.uri);
  const starts = place ? [...new Set([path.dirname(place.fsPath), root ?? ''])].filter(Boolean) : folders();
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
const TEXTS = '**/*.txt';
const MOST_FILES = 200;

/** Asks for a sample: what the model reads first. Undefined where the person turned away. `root`: of a text. */
export async function pick(inputs: SampleKind, root = folders()[0]): Promise<Sample | undefined> {
  const write = { label: `$(edit) ${vscode.l10n.t('Write a text...')}`, uri: undefined };
  const images = await found(IMAGES, 'file-media');
  const texts = [write, ...(await found(TEXTS, 'file-text'))];
  const items: { label: string; description?: string; uri: vscode.Uri | undefined }[] =
    inputs === 'text' ? [...texts, ...images] : [...images, ...texts];
  const title = vscode.l10n.t('Explain which sample?');
  const picked = await vscode.window.showQuickPick(items, { title, matchOnDescription: true });
  if (!picked) return undefined;
  if (picked.uri) return file(picked.uri);
  const value = await vscode.window.showInputBox({ title, prompt: vscode.l10n.t('A text for the model to read') });
  return value?.trim() ? text(value, root) : undefined;
}

async function found(pattern: string, icon: string): Promise<{ label: string; description: string; uri: vscode.Uri }[]> {
  const uris = await vscode.workspace.findFiles(pattern, undefined, MOST_FILES);
  return uris
    .map((uri) => ({
      label: `$(${icon}) ${path.basename(uri.fsPath)}`,
      description: vscode.workspace.asRelativePath(uri),
      uri,
    }))
    .sort((a, b) => a.description.localeCompare(b.description));
}
