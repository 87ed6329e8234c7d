import type { Picture } from '@heatline/protocol';
import type { Kernel } from '@jupyterlab/services';
import { Token } from '@lumino/coreutils';

import { LOST } from './execute.js';

export interface ChosenModel {
  /** The variable, as the kernel lists it. */
  name: string;
  /** What it was given. */
  kind: Picture['kind'];
}

/** The models that a person has explained a prediction of, by kernel: what comes without a gesture uses no others. */
export class ChosenModels {
  private readonly byKernel = new Map<string, ChosenModel[]>();

  /** The latest first; empty before the first gesture, and after a restart. */
  of(kernel: Kernel.IKernelConnection): readonly ChosenModel[] {
    return this.byKernel.get(kernel.id) ?? [];
  }

  add(kernel: Kernel.IKernelConnection, { name, kind }: ChosenModel): void {
    const others = this.of(kernel).filter((model) => model.name !== name || model.kind !== kind);
    this.byKernel.set(kernel.id, [{ name, kind }, ...others]);
    kernel.statusChanged.connect(this.forget, this);
  }

  private forget(kernel: Kernel.IKernelConnection, status: Kernel.Status): void {
    if (!LOST.has(status)) return;
    this.byKernel.delete(kernel.id);
    kernel.statusChanged.disconnect(this.forget, this);
  }
}

export const IChosenModels = new Token<ChosenModels>(
  '@heatline/jupyterlab:IChosenModels',
  'The models that a person has explained a prediction of.',
);
