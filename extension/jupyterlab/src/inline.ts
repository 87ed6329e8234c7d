/** Colours the words of a string literal inside its cell. */

import type { EditorView } from '@codemirror/view';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { EditorExtensionRegistry, IEditorExtensionRegistry } from '@jupyterlab/codemirror';
import { ISettingRegistry } from '@jupyterlab/settingregistry';
import { ITranslator, type TranslationBundle, nullTranslator } from '@jupyterlab/translation';
import { ICommandPalette } from '@jupyterlab/apputils';
import { Token } from '@lumino/coreutils';

import { signed } from '@heatline/views';
import { type ColouredWord, colourWords, coloursExtension } from './colours.js';
import { type MarkedRange, Marks } from './marks.js';
import { follow } from './settings.js';

const PLUGIN = '@heatline/jupyterlab:inline';
const CLEAR = 'heatline:clear-colours';

export interface InlineColours {
  /** Colours words of an editor, until it is edited, Escape is pressed or other words are coloured in it. */
  show(view: EditorView, words: readonly ColouredWord[]): void;
  /** Colours words of rendered text, until Escape is pressed or other rendered words are coloured. */
  mark(words: readonly MarkedRange[]): void;
  /** As `mark`, beside what is coloured: words of a saved notebook. */
  remark(words: readonly MarkedRange[]): void;
}

export const IInlineColours = new Token<InlineColours>(
  '@heatline/jupyterlab:IInlineColours',
  'Colours words inside editors.',
);

class Colours implements InlineColours {
  enabled = true;
  private readonly coloured = new Set<EditorView>();
  private readonly marks = new Marks();

  show(view: EditorView, words: readonly ColouredWord[]): void {
    if (!this.enabled) return;
    colourWords(view, words);
    this.coloured.add(view);
  }

  mark(words: readonly MarkedRange[]): void {
    if (this.enabled) this.marks.show(words);
  }

  remark(words: readonly MarkedRange[]): void {
    if (this.enabled) this.marks.add(words);
  }

  clear(): void {
    this.marks.clear();
    this.coloured.forEach((view) => colourWords(view, []));
    this.coloured.clear();
  }
}

function describe({ text, score, label }: ColouredWord, trans: TranslationBundle): Node {
  const line = document.createDocumentFragment();
  const value = document.createElement('strong');
  value.textContent = signed(score);
  const side = document.createElement('span');
  side.textContent = score < 0 ? trans.__('against “%1”', label) : trans.__('for “%1”', label);
  line.append(`“${text}”`, value, side);
  return line;
}

/** Escape that closes a dialog or a menu is meant for that. */
function isPlainEscape(event: KeyboardEvent): boolean {
  const overlaid = event.target instanceof Element && event.target.closest('.jp-Dialog, .lm-Menu') !== null;
  return event.key === 'Escape' && !overlaid;
}

const plugin: JupyterFrontEndPlugin<InlineColours> = {
  id: PLUGIN,
  description: 'Colours the words of an explained text inside its cell.',
  autoStart: true,
  provides: IInlineColours,
  requires: [IEditorExtensionRegistry],
  optional: [ISettingRegistry, ICommandPalette, ITranslator],
  activate: (
    app: JupyterFrontEnd,
    editors: IEditorExtensionRegistry,
    settings: ISettingRegistry | null,
    palette: ICommandPalette | null,
    translator: ITranslator | null,
  ): InlineColours => {
    const trans = (translator ?? nullTranslator).load('heatline');
    const colours = new Colours();
    editors.addExtension({
      name: PLUGIN,
      factory: () =>
        EditorExtensionRegistry.createImmutableExtension(coloursExtension((word) => describe(word, trans))),
    });

    app.commands.addCommand(CLEAR, { label: trans.__('Clear Coloured Words'), execute: () => colours.clear() });
    palette?.addItem({ command: CLEAR, category: trans.__('Heatline') });
    // JupyterLab's own Escape leaves the cell and stops the event, so it is seen on its way down.
    window.addEventListener('keydown', (event) => isPlainEscape(event) && colours.clear(), true);

    follow(settings, PLUGIN, ({ enabled }) => {
      colours.enabled = enabled as boolean;
      if (!colours.enabled) colours.clear();
    });
    return colours;
  },
};

export default plugin;
