/** What gradients are averaged over: a folder of images or texts, or a table. */

import * as path from 'node:path';
import type { SampleKind } from '@heatline/protocol';
import * as vscode from 'vscode';

export interface DataSet {
  path: string;
  name: string;
  /** As far as its name tells. */
  inputs: SampleKind;
  /** The workspace folder that it lies in, else the folder around it. */
  root: string;
}

const TABLE = /\.(csv|tsv|jsonl)$/i;
const TABLES = '**/*.{csv,tsv,jsonl}';
const IMAGES = '**/*.{png,jpg,jpeg,bmp,gif,webp,tif,tiff}';
const TEXTS = '**/*.txt';
const MOST_FILES = 2000;
/** Files of a kind that make a folder a data set. */
const FEW = 5;

interface Item extends vscode.QuickPickItem {
  /** A data set, or how another one is looked for. */
  uri?: vscode.Uri;
  browse?: 'file' | 'folder';
}

export function dataSetOf(uri: vscode.Uri): DataSet {
  const root = vscode.workspace.getWorkspaceFolder(uri)?.uri.fsPath ?? path.dirname(uri.fsPath);
  return { path: uri.fsPath, name: path.basename(uri.fsPath), inputs: 'unknown', root };
}

/** Asks for a data set, what a model reads first. Undefined where the person turned away. */
export async function pickDataSet(inputs: SampleKind): Promise<DataSet | undefined> {
  const [tables, images, texts] = await Promise.all([files(TABLES), files(IMAGES), files(TEXTS)]);
  const folders = { image: foldersOf(images), text: foldersOf(texts) };
  const listed = {
    image: [...folders.image, ...tables],
    text: [...tables, ...folders.text],
    tabular: tables,
    unknown: [...tables, ...folders.image, ...folders.text],
  }[inputs];
  const items: Item[] = [
    ...listed.map((uri) => ({
      label: `$(${TABLE.test(uri.fsPath) ? 'table' : 'folder'}) ${path.basename(uri.fsPath)}`,
      description: vscode.workspace.asRelativePath(uri),
      uri,
    })),
    { label: `$(folder-opened) ${vscode.l10n.t('Choose a folder...')}`, browse: 'folder' },
    { label: `$(go-to-file) ${vscode.l10n.t('Choose a table...')}`, browse: 'file' },
  ];
  const title = vscode.l10n.t('Average over which data?');
  const picked = await vscode.window.showQuickPick(items, { title, matchOnDescription: true });
  const uri = picked?.browse ? await browse(picked.browse, title) : picked?.uri;
  return uri && dataSetOf(uri);
}

async function browse(what: 'file' | 'folder', title: string): Promise<vscode.Uri | undefined> {
  const isFolder = what === 'folder';
  const [uri] =
    (await vscode.window.showOpenDialog({
      title,
      canSelectFolders: isFolder,
      canSelectFiles: !isFolder,
      filters: isFolder ? undefined : { [vscode.l10n.t('Tables')]: ['csv', 'tsv', 'jsonl'] },
    })) ?? [];
  return uri;
}

async function files(pattern: string): Promise<vscode.Uri[]> {
  const found = await vscode.workspace.findFiles(pattern, undefined, MOST_FILES);
  return found.sort((a, b) => a.fsPath.localeCompare(b.fsPath));
}

/** The folders with several of some files. Those beside each other, whose names are labels, are one: their parent. */
function foldersOf(uris: vscode.Uri[]): vscode.Uri[] {
  const counts = new Map<string, number>();
  for (const { fsPath } of uris) counts.set(path.dirname(fsPath), (counts.get(path.dirname(fsPath)) ?? 0) + 1);
  const full = [...counts].filter(([, count]) => count >= FEW).map(([folder]) => folder);
  const siblings = new Map<string, number>();
  for (const folder of full) siblings.set(path.dirname(folder), (siblings.get(path.dirname(folder)) ?? 0) + 1);
  const places = full.map((folder) => {
    const parent = path.dirname(folder);
    return (siblings.get(parent) ?? 0) > 1 && isInside(parent) ? parent : folder;
  });
  return [...new Set(places)].map((place) => vscode.Uri.file(place));
}

/** Within a workspace folder, and not that folder itself. */
function isInside(folder: string): boolean {
  const root = vscode.workspace.getWorkspaceFolder(vscode.Uri.file(folder))?.uri.fsPath;
  return root !== undefined && root !== folder;
}
