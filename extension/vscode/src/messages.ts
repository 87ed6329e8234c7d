/** What the extension and its webview say to each other. */

import type { Explanation } from '@heatline/protocol';
import type { Failure, Progress } from '@heatline/views';

/** Everything that the result panel shows. */
export interface PanelState {
  explanation: Explanation | null;
  progress: Progress | null;
  failure: Failure | null;
}

/** Extension to webview: the parts of the state that changed. */
export type ToWebview = Partial<PanelState>;

/** Webview to extension. `ready`: it listens, and has no state yet. */
export type FromWebview = { kind: 'ready' } | { kind: 'cancel' };
