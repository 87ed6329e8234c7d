/** A model in a file: weights, an export, TorchScript, or a folder of transformers. */

import * as path from 'node:path';
import type { ModelInfo, SampleKind } from '@heatline/protocol';
import * as vscode from 'vscode';

import type { Models } from './models';

/** Exports hold the whole model; other files may hold weights only, which a factory takes. */
const WHOLE = /\.pt2$/i;

interface Item extends vscode.QuickPickItem {
  model: ModelInfo;
}

/** The model of a file; asks which factory its weights are for. Undefined where the person turned away. */
export async function modelOf(uri: vscode.Uri, models: Models): Promise<ModelInfo | undefined> {
  const whole = itself(uri);
  const { type } = await vscode.workspace.fs.stat(uri);
  if (type & vscode.FileType.Directory) return { ...whole, inputs: await readBy(uri) };
  if (WHOLE.test(uri.fsPath)) return whole;
  const root = vscode.workspace.getWorkspaceFolder(uri)?.uri.fsPath;
  const factories = await models.factories(root);
  if (factories.length === 0) return whole;
  const items: Item[] = [
    ...factories.map((factory) => ({
      label: `$(symbol-method) ${factory.name}`,
      description: factory.detail,
      model: filled(uri, factory),
    })),
    {
      label: `$(file-binary) ${vscode.l10n.t('The file by itself')}`,
      description: vscode.l10n.t('it holds the whole model, as TorchScript does'),
      model: whole,
    },
  ];
  const title = vscode.l10n.t('Into which model do the weights of {0} go?', path.basename(uri.fsPath));
  return (await vscode.window.showQuickPick(items, { title, matchOnDescription: true }))?.model;
}

/** What the model of a folder of transformers reads: what prepares its inputs lies beside it. */
async function readBy(folder: vscode.Uri): Promise<SampleKind> {
  const names = (await vscode.workspace.fs.readDirectory(folder)).map(([name]) => name);
  if (names.some((name) => /^(tokenizer|vocab)/.test(name))) return 'text';
  return names.includes('preprocessor_config.json') ? 'image' : 'unknown';
}

function itself(uri: vscode.Uri): ModelInfo {
  const name = path.basename(uri.fsPath);
  const detail = vscode.workspace.asRelativePath(uri);
  return { ref: { kind: 'factory', spec: uri.fsPath }, name, detail, inputs: 'unknown', origin: 'configured' };
}

function filled(uri: vscode.Uri, factory: ModelInfo): ModelInfo {
  const spec = factory.ref.kind === 'factory' ? `${uri.fsPath}@${factory.ref.spec}` : '';
  return {
    ref: { kind: 'factory', spec },
    name: factory.name,
    detail: vscode.l10n.t('{0}, with the weights of {1}', factory.detail, path.basename(uri.fsPath)),
    inputs: factory.inputs,
    origin: 'configured',
  };
}
