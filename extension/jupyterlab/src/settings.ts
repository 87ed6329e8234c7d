/** Settings as they are, and the ones of `schema/explain.json`: how predictions are explained, and where the results go. */

import type { Method, Score } from '@heatline/protocol';
import type { ISettingRegistry } from '@jupyterlab/settingregistry';

export const EXPLAIN_PLUGIN = '@heatline/jupyterlab:explain';

export interface ExplainSettings {
  method: Method;
  score: Score;
  /** A baseline's name; null for the default of the sample's kind. */
  baseline: string | null;
  /** Gradients to spend; the method's default when null. */
  steps: number | null;
  /** A torch device; null for the one that the model is on. */
  device: string | null;
  /** Samples that an average reads at most; null for all of them. */
  limit: number | null;
  /** Where a result goes. */
  place: 'output' | 'panel';
  /** Whether questions are answered beside a cell that runs. */
  whileBusy: boolean;
}

export const DEFAULTS: ExplainSettings = {
  method: 'integrated',
  score: 'probability',
  baseline: null,
  steps: null,
  device: null,
  limit: null,
  place: 'output',
  whileBusy: false,
};

/** Reads a plugin's settings, now and whenever they change; the defaults stay where there is no registry. */
export function follow(
  registry: ISettingRegistry | null,
  plugin: string,
  read: (settings: ISettingRegistry.ISettings['composite']) => void,
): void {
  void registry?.load(plugin).then((loaded) => {
    read(loaded.composite);
    loaded.changed.connect(() => read(loaded.composite));
  });
}
