/** What the extension and its webview say to each other. */

import type { Average, Explanation } from '@heatline/protocol';
import type { Ask, Expected, Failure, PaletteName, Progress } from '@heatline/views';

import type { SavedPanel } from './saved';

/** Everything that a result panel shows. */
export interface PanelState {
  explanation: Explanation | null;
  /** Several explanations side by side, instead of one. */
  comparison: Explanation[] | null;
  /** Average gradients, instead of an explanation. */
  average: Average | null;
  progress: Progress | null;
  failure: Failure | null;
  /** What will be shown, as far as it is known before. */
  expected: Expected;
  /** The panel answers what is asked within it. */
  canAsk: boolean;
}

/** Extension to webview: the parts of the state that changed, the palette of all pictures, what VS Code is to keep. */
export type ToWebview = Partial<PanelState> & { palette?: string; saved?: SavedPanel };

/** Webview to extension. `ready`: it listens, and has no state yet. */
export type FromWebview =
  | { kind: 'ready' }
  | { kind: 'cancel' }
  | { kind: 'example' }
  | { kind: 'ask'; ask: Ask }
  | { kind: 'palette'; palette: PaletteName };

/** Extension to notebook renderer, in answer to `words`: the table of words, and the palette. */
export interface ToRenderer {
  words: Record<string, string>;
  palette: string;
}

/** Notebook renderer to extension: it asks for its words. */
export interface FromRenderer {
  kind: 'words';
}
