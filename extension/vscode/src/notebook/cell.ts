/** From a place in a notebook's cell to a question about the variables of its kernel. */

import type { ModelInfo, SampleInfo } from '@heatline/protocol';
import * as vscode from 'vscode';

import { Problem } from '../failure';
import { pickModel, questionOf } from '../live/question';
import type { Models } from '../models';
import type { Question } from '../question';
import { inSource } from '../sample';
import type { Server } from '../server';
import type { Kernels } from './kernels';

/** The notebook that a cell's document belongs to. */
export function notebookOf(document: vscode.TextDocument): vscode.NotebookDocument | undefined {
  return vscode.workspace.notebookDocuments.find((notebook) =>
    notebook.getCells().some((cell) => cell.document === document),
  );
}

/** What stands at a place: a name is a variable of the kernel; a string is explained by the kernel's models first. */
export async function inCell(
  notebook: vscode.NotebookDocument,
  document: vscode.TextDocument,
  position: vscode.Position,
  kernels: Kernels,
  server: Server,
  models: Models,
): Promise<Question | undefined> {
  const source = document.getText();
  const found = await server.request('heatline/locate', { source, offset: document.offsetAt(position) });
  if (found.kind === 'name') return questionOf(found.text, await kernels.of(notebook.uri));
  const sample = await inSource(document, position, server);
  const kernel = await kernels.find(notebook.uri);
  const live = kernel ? (await kernel.request('heatline/models', {})).models : [];
  const model = live.length > 0 ? await pickModel(live, sample) : await models.pick(sample.inputs, sample.root);
  return model && { sample, model, how: {}, live: live.length > 0 ? kernel : undefined };
}

/** A variable that the person picks; those that the cell names stand first. */
export async function ofCell(cell: vscode.NotebookCell, kernels: Kernels): Promise<Question | undefined> {
  const kernel = await kernels.of(cell.notebook.uri);
  const { models } = await kernel.request('heatline/models', {});
  const { samples } = await kernel.request('heatline/samples', { model: models[0]?.ref });
  if (models.length + samples.length === 0) {
    throw new Problem(
      vscode.l10n.t('No model and no sample is alive in this kernel.'),
      vscode.l10n.t('Run the cells that make the model and the sample, then explain again.'),
    );
  }
  const names = new Set(cell.document.getText().match(/[A-Za-z_]\w*/g));
  const item = (icon: string, { name, detail }: ModelInfo | SampleInfo): Item => ({
    label: `$(${icon}) ${name}`,
    description: detail,
    name,
  });
  const items = [
    ...samples.map((info) => item('symbol-variable', info)),
    ...models.map((info) => item('symbol-method', info)),
  ];
  const isHere = ({ name }: Item): boolean => names.has(name.split(/[.[]/)[0] ?? '');
  const separator = (label: string): Item => ({ label, name: '', kind: vscode.QuickPickItemKind.Separator });
  const picked = await vscode.window.showQuickPick(
    [
      separator(vscode.l10n.t('In this cell')),
      ...items.filter(isHere),
      separator(vscode.l10n.t('Elsewhere in the kernel')),
      ...items.filter((each) => !isHere(each)),
    ],
    { title: vscode.l10n.t('Explain which variable?'), matchOnDescription: true },
  );
  return picked && questionOf(picked.name, kernel);
}

interface Item extends vscode.QuickPickItem {
  name: string;
}
