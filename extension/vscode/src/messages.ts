/** What the extension and its webview say to each other. */

import type { Explanation } from '@heatline/protocol';
import type { Ask, Expected, Failure, Progress } from '@heatline/views';

/** Everything that a result panel shows. */
export interface PanelState {
  explanation: Explanation | null;
  /** Several explanations side by side, instead of one. */
  comparison: Explanation[] | null;
  progress: Progress | null;
  failure: Failure | null;
  /** What will be shown, as far as it is known before. */
  expected: Expected;
  /** The panel answers what is asked within it. */
  canAsk: boolean;
}

/** Extension to webview: the parts of the state that changed. */
export type ToWebview = Partial<PanelState>;

/** Webview to extension. `ready`: it listens, and has no state yet. */
export type FromWebview = { kind: 'ready' } | { kind: 'cancel' } | { kind: 'ask'; ask: Ask };
