import { html } from 'lit';

import { PALETTES, PALETTE_CHOSEN, paletteInUse, usePalette } from './palettes.js';
import { words } from './words.js';

/** A list of the palettes; a choice is used by all pictures, and told of. */
export function paletteChoice(): unknown {
  return html`
    <label class="slider">
      ${words.palette}
      <select name="palette" @change=${choose}>
        ${Object.keys(PALETTES).map(
          (name) => html`<option value=${name} .selected=${name === paletteInUse()}>${name}</option>`,
        )}
      </select>
    </label>
  `;
}

function choose(event: Event): void {
  const list = event.target as HTMLSelectElement;
  usePalette(list.value);
  list.dispatchEvent(new CustomEvent(PALETTE_CHOSEN, { detail: list.value, bubbles: true, composed: true }));
}
