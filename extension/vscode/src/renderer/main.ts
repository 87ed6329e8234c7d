/** Draws explanations that are saved in notebooks, with the views of the result panel. */

import { createResult, isExplanation, translate, unreadable, usePalette } from '@heatline/views';

import type { FromRenderer, ToRenderer } from '../messages';

/** Of VS Code's notebook renderer API, what is used here. Without the extension there is nobody to talk to. */
interface Context {
  postMessage?(message: FromRenderer): void;
  onDidReceiveMessage?(listener: (message: ToRenderer) => void): { dispose(): void };
}

interface OutputItem {
  id: string;
  json(): unknown;
}

interface Renderer {
  renderOutputItem(item: OutputItem, element: HTMLElement): void;
  disposeOutputItem(id?: string): void;
}

/** What is saved is drawn in English where the extension does not say otherwise by then. */
const PATIENCE_MS = 1500;

export async function activate(context: Context): Promise<Renderer> {
  await prepared(context);
  const shown = new Map<string, HTMLElement>();
  return {
    renderOutputItem(item, element) {
      const data = item.json();
      const view = createResult(document);
      if (isExplanation(data)) view.explanation = data;
      else view.failure = unreadable();
      element.replaceChildren(view);
      shown.set(item.id, view);
    },
    disposeOutputItem(id) {
      for (const [key, view] of shown) {
        if (id !== undefined && key !== id) continue;
        view.remove();
        shown.delete(key);
      }
    },
  };
}

/** Asks the extension for words and colours. */
async function prepared(context: Context): Promise<void> {
  await new Promise<void>((resolve) => {
    if (!context.postMessage || !context.onDidReceiveMessage) return resolve();
    context.onDidReceiveMessage(({ words, palette }) => {
      translate(words);
      usePalette(palette);
      resolve();
    });
    context.postMessage({ kind: 'words' });
    setTimeout(resolve, PATIENCE_MS);
  });
}
