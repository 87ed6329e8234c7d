/** Draws explanations that are saved in notebooks, with the views of the result panel. */

import { createResult, isExplanation } from '@heatline/views';

/** Of VS Code's notebook renderer API, what is used here. */
interface OutputItem {
  id: string;
  json(): unknown;
}

interface Renderer {
  renderOutputItem(item: OutputItem, element: HTMLElement): void;
  disposeOutputItem(id?: string): void;
}

export function activate(): Renderer {
  const shown = new Map<string, HTMLElement>();
  return {
    renderOutputItem(item, element) {
      const data = item.json();
      const view = createResult(document);
      if (isExplanation(data)) view.explanation = data;
      else view.failure = { message: UNREADABLE, next_step: 'Explain again.' };
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

const UNREADABLE = 'This explanation was saved in a form that this version of heatline cannot read';
