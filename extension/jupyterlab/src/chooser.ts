/** The dialog that asks for one of several: a model, a sample, a format. */

import { Dialog, showDialog } from '@jupyterlab/apputils';
import type { TranslationBundle } from '@jupyterlab/translation';
import { Widget } from '@lumino/widgets';

import type { Choice, Choose } from './question.js';

/** A list of radio buttons: arrow keys move, Enter accepts, a double click accepts. */
class ChoiceList extends Widget {
  private readonly buttons: HTMLInputElement[] = [];

  constructor(title: string, choices: Choice[], trans: TranslationBundle) {
    super({ node: document.createElement('fieldset') });
    this.addClass('jp-heatline-Choices');
    const legend = document.createElement('legend');
    legend.textContent = title;
    this.node.append(legend, ...choices.map((choice, index) => this.row(choice, index, trans)));
  }

  getValue(): number {
    return this.buttons.findIndex((button) => button.checked);
  }

  private row({ name, detail, kind }: Choice, index: number, trans: TranslationBundle): HTMLElement {
    const button = document.createElement('input');
    Object.assign(button, { type: 'radio', name: 'heatline-choice', checked: index === 0 });
    this.buttons.push(button);
    const kinds = { image: trans.__('image'), text: trans.__('text'), tabular: trans.__('table'), unknown: '' };
    const row = document.createElement('label');
    row.append(button, element('code', name), element('span', detail), element('small', kinds[kind]));
    row.addEventListener('dblclick', () => {
      const accept = this.node.closest('.jp-Dialog')?.querySelector<HTMLButtonElement>('.jp-mod-accept');
      accept?.click();
    });
    return row;
  }
}

function element(tag: string, text: string): HTMLElement {
  const node = document.createElement(tag);
  node.textContent = text;
  return node;
}

/** Asks in a dialog with a title of its own; `accept` stands on its button. */
export function chooser(heading: string, accept: string, trans: TranslationBundle): Choose {
  return async (title, choices) => {
    const result = await showDialog<number>({
      title: heading,
      body: new ChoiceList(title, choices, trans),
      buttons: [Dialog.cancelButton(), Dialog.okButton({ label: accept })],
      focusNodeSelector: 'input:checked',
    });
    return result.button.accept ? result.value : null;
  };
}
