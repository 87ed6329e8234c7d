/**
 * The colours of magnitudes, of which a person may choose. Signs keep theirs everywhere: orange for, blue against.
 *
 * viridis and plasma: Stefan van der Walt, Nathaniel Smith and Eric Firing, for matplotlib (2015), in the public domain
 * (CC0), every eighth of 256 colours like the others (palette.ts).
 */

import type { ReactiveController, ReactiveControllerHost } from 'lit';

import { SEQUENTIAL } from './palette.js';

/** From nothing to the largest magnitude. */
export const PALETTES = {
  inferno: SEQUENTIAL,
  viridis: (
    '#440154 #470d60 #48186a #482374 #472d7b #453781 #424086 #3e4989 #3b528b #375b8d #33638d ' +
    '#2f6b8e #2c728e #297a8e #26828e #23898e #21918c #1f988b #1fa088 #22a785 #28ae80 #32b67a ' +
    '#3fbc73 #4ec36b #5ec962 #70cf57 #84d44b #98d83e #addc30 #c2df23 #d8e219 #ece51b #fde725'
  ).split(' '),
  plasma: (
    '#0d0887 #220690 #310597 #3f049c #4c02a1 #5901a5 #6600a7 #7201a8 #7e03a8 #8a09a5 #9511a1 ' +
    '#a01a9c #aa2395 #b32c8e #bc3587 #c43e7f #cc4778 #d35171 #da5a6a #e06363 #e66c5c #eb7655 ' +
    '#f0804e #f58b47 #f89540 #fba139 #fdac33 #feb82c #fdc527 #fcd225 #f8df25 #f4ed27 #f0f921'
  ).split(' '),
} as const satisfies Record<string, readonly string[]>;

export type PaletteName = keyof typeof PALETTES;

/** The person chose a palette in a picture; `detail` is its name. It is used already. */
export const PALETTE_CHOSEN = 'heatline-palette';

let chosen: PaletteName = 'inferno';
const pictures = new Set<() => void>();

/** The palette that all pictures of this page have. */
export function paletteInUse(): PaletteName {
  return chosen;
}

/** From here on all pictures of this page have a palette; what has no such name changes nothing. */
export function usePalette(name: string): void {
  if (!(name in PALETTES) || name === chosen) return;
  chosen = name as PaletteName;
  for (const recolour of pictures) recolour();
}

/** Makes a picture draw itself anew when another palette is used; what it drew is out of date from `palette` on. */
export class PaletteInUse implements ReactiveController {
  private drawn = chosen;

  /** `palette`: the host's property that holds this. */
  constructor(private readonly host: ReactiveControllerHost & { requestUpdate(palette?: string): void }) {
    host.addController(this);
  }

  private readonly recolour = (): void => {
    this.drawn = chosen;
    this.host.requestUpdate('palette');
  };

  hostConnected(): void {
    pictures.add(this.recolour);
    if (this.drawn !== chosen) this.recolour();
  }

  hostDisconnected(): void {
    pictures.delete(this.recolour);
  }
}
