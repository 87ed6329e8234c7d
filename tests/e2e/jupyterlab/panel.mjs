/** The hands that work the side panel in JupyterLab. */

import { eventually } from '../lib/browser.mjs';
import { textOf } from './text-of.mjs';

export class SidePanel {
  constructor(page) {
    this.page = page;
    this.root = page.locator('.jp-heatline-Panel');
  }

  button(name) {
    return this.root.locator('.jp-heatline-Toolbar').getByRole('button', { name, exact: true });
  }

  /** Waits until what is read in the panel matches, and the computation has ended. */
  async says(expected) {
    const body = this.root.locator('.jp-heatline-PanelBody');
    const read = async () => ((await body.locator('[role=progressbar]').count()) > 0 ? '' : textOf(body));
    return eventually(read, (text) => expected.test(text), 30000, `${expected} in the panel`);
  }

  async export(format) {
    await this.button('Export…').click();
    const dialog = this.page.locator('.jp-Dialog');
    await dialog.locator('label', { has: this.page.locator('code', { hasText: new RegExp(`^${format}$`) }) }).click();
    await this.page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'detached' });
  }
}
