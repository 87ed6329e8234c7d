/** Which model explains: a quick pick of what the workspace has, best first, the last choice on top. */

import type { ModelInfo, ModelRef, SampleKind } from '@heatline/protocol';
import * as vscode from 'vscode';

import { Problem } from './failure';
import { folders, named } from './folders';
import type { Server } from './server';

interface ModelItem extends vscode.QuickPickItem {
  model?: ModelInfo;
}

const REMEMBERED = 'heatline.model.';
const FILES = 'heatline.files';
const MOST_FILES = 10;
const KINDS: SampleKind[] = ['image', 'text', 'tabular'];

const FACTORY = `"""A model for heatline: a function that returns it, with what it reads and what its classes are called."""

import heatline
import torch
from torch import nn


def my_model() -> heatline.Model:
    """Loads the model; called once, when you first ask for an explanation."""
    module = nn.Sequential(nn.Flatten(), nn.Linear(3 * 64 * 64, 10))
    # module.load_state_dict(torch.load("weights.pt", weights_only=True))
    return heatline.Model(module, inputs=heatline.Image(size=(64, 64)), labels=[str(i) for i in range(10)])
`;

export class Models {
  private readonly chosen = new vscode.EventEmitter<ModelInfo>();
  /** The person chose a model. */
  readonly onDidChoose = this.chosen.event;

  constructor(
    private readonly server: Server,
    private readonly memory: vscode.Memento,
  ) {}

  /** The last choice for a kind of sample; among several folders, for those of one of them. */
  remembered(inputs: SampleKind, root?: string): ModelInfo | undefined {
    return this.memory.get<ModelInfo>(root !== undefined && folders().length > 1 ? within(root, inputs) : REMEMBERED + inputs);
  }

  /** Asks the person; undefined where they turned away. Throws where there is nothing to choose. */
  async pick(inputs: SampleKind, root: string | undefined): Promise<ModelInfo | undefined> {
    const models = [...(await this.filesThere()), ...(await this.listed(root))];
    if (models.length === 0) throw noModel();
    const items = this.items(models, inputs, root);
    const item = await vscode.window.showQuickPick(items, {
      title: vscode.l10n.t('Explain with which model?'),
      placeHolder: vscode.l10n.t('A function that makes a model'),
      matchOnDescription: true,
    });
    if (item?.model) await this.choose(item.model, inputs, root);
    return item?.model;
  }

  /** Remembers a choice for the samples of a folder, or of all; for what the model reads where no kind is asked for. */
  async choose(model: ModelInfo, inputs: SampleKind, root?: string): Promise<void> {
    const known = [inputs, model.inputs].find((kind) => kind !== 'unknown');
    const roots = root === undefined ? folders() : [root];
    for (const kind of known ? [known] : KINDS) {
      for (const key of [REMEMBERED + kind, ...roots.map((each) => within(each, kind))]) await this.memory.update(key, model);
    }
    this.chosen.fire(model);
  }

  /** From now on a file (or a folder of transformers) stands among the models to choose from, and is the one chosen. */
  async useFile(model: ModelInfo): Promise<void> {
    const others = this.files().filter(({ ref }) => !isSame(ref, model.ref));
    await this.memory.update(FILES, [model, ...others].slice(0, MOST_FILES));
    await this.choose(model, model.inputs);
  }

  /** Factories that weights may be for, those of a folder first. */
  async factories(root: string | undefined): Promise<ModelInfo[]> {
    const models = (await this.listed(root)).filter(({ ref }) => ref.kind === 'factory' && ref.spec.includes('.py:'));
    return models.sort((a, b) => far(a, root) - far(b, root));
  }

  /** What the workspace has. Where a sample lies outside of it, what lies beside that, if there is something. */
  private async listed(root: string | undefined): Promise<ModelInfo[]> {
    const isOutside = root !== undefined && !folders().includes(root);
    const beside = isOutside ? (await this.server.request('heatline/models', { root })).models : [];
    return beside.length > 0 ? beside : (await this.server.request('heatline/models', {})).models;
  }

  private files(): ModelInfo[] {
    return this.memory.get<ModelInfo[]>(FILES, []);
  }

  /** Those that have not been deleted or moved since. */
  private async filesThere(): Promise<ModelInfo[]> {
    const files = this.files();
    const there = await Promise.all(files.map(({ ref }) => ref.kind === 'factory' && isThere(ref.spec)));
    return files.filter((_, i) => there[i]);
  }

  /** The model of a factory; what is known of it without running it. */
  async named(spec: string): Promise<ModelInfo> {
    const { models: listed } = await this.server.request('heatline/models', {});
    const models = [...this.files(), ...listed];
    const found = models.find(({ ref }) => ref.kind === 'factory' && ref.spec === spec);
    if (found) return found;
    const [detail, name] = [spec.slice(0, spec.lastIndexOf(':')), spec.slice(spec.lastIndexOf(':') + 1)];
    return { ref: { kind: 'factory', spec }, name, detail, inputs: 'unknown', origin: 'source' };
  }

  /** Best first: the last choice, then what reads this kind, then what may read it, then the rest; a folder's own before others'. */
  private items(models: ModelInfo[], inputs: SampleKind, root: string | undefined): ModelItem[] {
    const last = this.remembered(inputs, root)?.ref;
    const isOpen = inputs === 'unknown';
    const rank = (model: ModelInfo): number =>
      last && isSame(model.ref, last) ? 0 : model.inputs === inputs ? 1 : isOpen || model.inputs === 'unknown' ? 2 : 3;
    const sorted = models
      .map((model) => ({ model, rank: rank(model) }))
      .sort((a, b) => a.rank - b.rank || far(a.model, root) - far(b.model, root));
    const notes = [vscode.l10n.t('used last'), '', '', vscode.l10n.t('reads other samples')];
    return sorted.map(({ model, rank: place }) => ({
      model,
      label: `$(symbol-method) ${model.name}`,
      description: [model.detail, notes[place]].filter(Boolean).join(' · '),
    }));
  }
}

/** Of a model that is not among those of a folder, 1; else 0. */
function far(model: ModelInfo, root: string | undefined): number {
  const { folder } = named(model);
  return root === undefined || folder === undefined || folder === root ? 0 : 1;
}

/** The key of the last choice for the samples of a folder. */
function within(root: string, inputs: SampleKind): string {
  return `${REMEMBERED}${inputs}@${root}`;
}

/** Whether there is a file or folder of a model, alone or before the `@` and the factory that its weights are for. */
async function isThere(spec: string): Promise<boolean> {
  const at = spec.lastIndexOf('@');
  for (const file of at > 0 ? [spec, spec.slice(0, at)] : [spec]) {
    const found = await vscode.workspace.fs.stat(vscode.Uri.file(file)).then(() => true, () => false);
    if (found) return true;
  }
  return false;
}

/** Opens a new file with a factory to fill in. */
export async function writeFactory(): Promise<void> {
  const document = await vscode.workspace.openTextDocument({ language: 'python', content: FACTORY });
  await vscode.window.showTextDocument(document);
}

function noModel(): Problem {
  return new Problem(
    vscode.l10n.t('No model was found in this workspace.'),
    vscode.l10n.t('Write a function that returns one: def my_model() -> heatline.Model'),
    'no-model',
  );
}

function isSame(a: ModelRef, b: ModelRef): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
