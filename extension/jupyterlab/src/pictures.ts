/** How pictures look: for all of them, as a person sets it, and the palette also as it is chosen in one of them. */

import { PALETTE_CHOSEN, type PaletteName, lookAtFirst, usePalette } from '@heatline/views';
import type { JupyterFrontEnd, JupyterFrontEndPlugin } from '@jupyterlab/application';
import { ISettingRegistry } from '@jupyterlab/settingregistry';

const PLUGIN = '@heatline/jupyterlab:pictures';

/** `schema/pictures.json` */
interface PictureSettings {
  palette: PaletteName;
  map: 'magnitude' | 'signed';
  /** Percent. */
  opacity: number;
}

const plugin: JupyterFrontEndPlugin<void> = {
  id: PLUGIN,
  description: 'Gives pictures of explanations the look that a person has chosen.',
  autoStart: true,
  requires: [ISettingRegistry],
  // Awaited by the application: no picture is drawn before.
  activate: async (_app: JupyterFrontEnd, registry: ISettingRegistry): Promise<void> => {
    const settings = await registry.load(PLUGIN);
    const read = (): void => {
      const { palette, map, opacity } = settings.composite as unknown as PictureSettings;
      usePalette(palette);
      lookAtFirst({ rule: map, opacity: opacity / 100 });
    };
    read();
    settings.changed.connect(read);
    document.addEventListener(PALETTE_CHOSEN, (event) => void settings.set('palette', (event as CustomEvent<PaletteName>).detail));
  },
};

export default plugin;
