/** The hands that work VS Code in the browser. */

import { existsSync } from 'node:fs';

import { eventually } from './browser.mjs';
import { screenshot } from './paths.mjs';

const QUICK_INPUT = '.quick-input-widget input.input';
/** Milliseconds: a machine that does other things too starts VS Code slowly. */
const PATIENCE = 90000;
/** Shown for as long as there is a debug session. */
const DEBUGGING = '.debug-toolbar:visible';
/** A notebook's outputs are in a webview, too, of none of our extension. */
const PANEL = 'iframe.webview.ready[src*="extensionId=heatline.heatline"]';
/** VS Code's signs of work stand still: drawn without a graphics card, they take half a core for as long as it works. */
const STILL = '.progress-bit, .codicon-modifier-spin, .codicon-modifier-spin::before { animation: none !important; }';
const QUICK_ROWS = '.quick-input-list .monaco-list-row';

export class Workbench {
  /** `language`: VS Code's own words stay English; extensions are told that it is set. */
  static async open(browser, server, { width = 1400, height = 900, language } = {}) {
    const workbench = new Workbench();
    const permissions = ['clipboard-read', 'clipboard-write'];
    workbench.page = await browser.newPage({ viewport: { width, height }, permissions });
    workbench.page.setDefaultTimeout(PATIENCE);
    if (language) await workbench.page.addInitScript(`globalThis._VSCODE_NLS_LANGUAGE = ${JSON.stringify(language)}`);
    await workbench.openWorkspace(server.url);
    await workbench.page.evaluate(() => navigator.clipboard.writeText('')); // the browser's, not the page's
    return workbench;
  }

  /** Opens a workspace in this window, by its address, until its files are listed. */
  async openWorkspace(url) {
    this.url = url; // the page writes it in a way of its own
    await this.page.goto(url, { waitUntil: 'domcontentloaded' });
    await this.#loaded();
  }

  async #loaded() {
    await this.explorerRow(/\.(py|png)$/).first().waitFor();
    await this.page.addStyleTag({ content: STILL });
  }

  async close() {
    await this.page.context().close();
  }

  /** Ends what a file of tests was doing, and closes all editors. Nothing is saved. */
  async closeEditors() {
    await this.page.keyboard.up('Alt');
    for (let i = 0; i < 3; i++) await this.page.keyboard.press('Escape');
    await this.command('View: Close All Editors');
    const closed = async () => {
      const drop = this.page.locator('.monaco-dialog-box').getByRole('button', { name: "Don't Save" });
      if (await drop.isVisible()) await drop.click();
      return (await this.page.locator('.tabs-container .tab').count()) === 0;
    };
    await eventually(closed, Boolean, 20000, 'no open editor');
  }

  /** Clears what a file of tests left: its workspace, notifications, unfolded folders, what it copied. */
  async tidy(url) {
    if (this.url !== url) await this.openWorkspace(url);
    await this.command('Notifications: Clear All Notifications');
    if (await this.page.locator('.part.panel').isVisible()) await this.page.keyboard.press('Control+j'); // a debugger opens it
    await this.command('File: Focus on Files Explorer');
    await this.command('Collapse Folders in Explorer');
    await this.page.mouse.move(700, 500);
    await this.page.evaluate(() => navigator.clipboard.writeText(''));
  }

  /** "Developer: Reload Window", until the files are listed anew. */
  async reload() {
    const loaded = this.page.waitForEvent('domcontentloaded');
    await this.command('Developer: Reload Window');
    await loaded;
    await this.#loaded();
  }

  async screenshot(name) {
    await this.page.waitForTimeout(300); // until notifications have slid in
    await this.page.screenshot({ path: screenshot(name) });
  }

  // ---------------------------------------------------------------- menus and pickers

  explorerRow(name) {
    return this.page.locator('.explorer-folders-view .monaco-list-row', { hasText: name });
  }

  /** Chooses from a menu. VS Code ignores a click that comes too soon, so it is tried until the menu is gone. */
  async menu(text) {
    const item = this.page.locator('.monaco-menu .action-item', { hasText: text });
    await item.waitFor({ timeout: 8000 });
    for (let attempt = 0; attempt < 4; attempt++) {
      await this.page.waitForTimeout(350);
      await item.click({ timeout: 2000 }).catch(() => undefined);
      const gone = await item.waitFor({ state: 'hidden', timeout: 1500 }).then(() => true, () => false);
      if (gone) return;
    }
    throw new Error(`the menu stayed open: ${text}`);
  }

  /** Right-clicks until the menu has the entry: our entries come with the extension host, after the files. */
  async #contextMenu(rightClick, text) {
    const entry = this.page.locator('.monaco-menu .action-item', { hasText: text });
    const opened = async () => {
      await rightClick();
      if (await entry.waitFor({ timeout: 1500 }).then(() => true, () => false)) return true;
      await this.page.keyboard.press('Escape');
      return false;
    };
    await eventually(opened, Boolean, PATIENCE, `the menu entry ${text}`);
    await this.menu(text);
  }

  /** `nth`: of several rows of that name, from 0. */
  async explorerMenu(file, text, nth = 0) {
    await this.#contextMenu(() => this.explorerRow(file).nth(nth).click({ button: 'right' }), text);
  }

  /** The context menu at a text in the editor; `at` is how far into it, from 0 to 1. */
  async editorMenu(text, entry, at = 0.5) {
    await this.#contextMenu(() => this.clickText(text, { button: 'right' }, at), entry);
  }

  /** Runs a command of the palette, which closes by itself when something else takes the focus. */
  async command(name) {
    const input = this.page.locator(QUICK_INPUT);
    const found = async () => {
      await this.page.keyboard.press('F1');
      await this.page.waitForTimeout(200);
      if (!(await input.isVisible()) || !(await input.inputValue()).startsWith('>')) return false;
      await input.fill(`>${name}`, { timeout: 2000 });
      await this.page.locator(QUICK_ROWS, { hasText: name }).first().waitFor({ timeout: 10000 });
      await this.page.waitForTimeout(250);
      return input.isVisible();
    };
    await eventually(found, Boolean, PATIENCE, `the command "${name}" in the palette`);
    await this.page.keyboard.press('Enter');
  }

  /** Waits for a quick pick of a title, and returns the texts of its rows. */
  async pickerRows(title) {
    await this.page.locator('.quick-input-title', { hasText: title }).waitFor();
    await this.page.locator(QUICK_ROWS).first().waitFor();
    return this.page.locator(QUICK_ROWS).allInnerTexts();
  }

  /** Ticks rows of a quick pick that takes several, unticks the others, and agrees. */
  async pickMany(title, labels) {
    await this.pickerRows(title);
    for (const row of await this.page.locator(QUICK_ROWS).all()) {
      const name = ((await row.locator('.label-name').allInnerTexts())[0] ?? '').trim();
      const box = row.locator('[role=checkbox], input[type=checkbox], .quick-input-list-checkbox').first();
      if ((await box.count()) === 0) continue;
      const ticked = (await row.locator('.checked, input:checked, [aria-checked=true]').count()) > 0;
      if (ticked !== labels.includes(name)) await row.click();
    }
    await this.page.keyboard.press('Enter');
    await this.page.locator('.quick-input-title', { hasText: title }).waitFor({ state: 'hidden' });
  }

  /** The words on the clipboard. */
  async clipboard() {
    return this.page.evaluate(() => navigator.clipboard.readText());
  }

  /** Picks the row of a quick pick whose label, after its icon, is just this. */
  async pick(title, label) {
    await this.pickerRows(title);
    await this.page.waitForTimeout(150);
    const name = this.page.locator('.label-name', { hasText: new RegExp(`^\\s*${label}\\s*$`) });
    await this.page.locator(QUICK_ROWS).filter({ has: name }).click();
    await this.page.locator('.quick-input-title', { hasText: title }).waitFor({ state: 'hidden' });
  }

  toast(text) {
    return this.page.locator('.notification-toast', { hasText: text });
  }

  /** The texts of all notifications, once none reports progress any more: those of ended work leave after a moment. */
  async toasts() {
    const busy = this.page.locator('.notification-toast .monaco-progress-container.active');
    await eventually(() => busy.count(), (count) => count === 0, PATIENCE, 'the end of all progress');
    return this.page.locator('.notification-toast').allInnerTexts();
  }

  async clearToasts() {
    await this.command('Notifications: Clear All Notifications');
    await this.page.locator('.notification-toast').first().waitFor({ state: 'hidden' });
  }

  // ---------------------------------------------------------------- the debugger

  /** A variable of the selected frame. */
  variable(name) {
    return this.page.getByRole('treeitem', { name: new RegExp(`^${name}\\b`) }).first();
  }

  /**
   * Starts the launch configuration, once: VS Code offers that only when extensions have told it of a debug type, before
   * which the key F5 does nothing. Throws with what is on the screen where no session comes.
   */
  async startDebugging() {
    const offered = this.page.locator(`${QUICK_ROWS} .label-name`, { hasText: /^Debug: Start Debugging$/ });
    const start = async () => {
      await this.page.keyboard.press('F1');
      await this.page.locator(QUICK_INPUT).fill('>Debug: Start Debugging', { timeout: 2000 });
      if (await offered.waitFor({ timeout: 2000 }).then(() => true, () => false)) return true;
      await this.page.keyboard.press('Escape');
      return false;
    };
    await this.#telling(async () => {
      await eventually(start, Boolean, PATIENCE, 'an extension with a debug type');
      await this.page.waitForTimeout(250);
      await offered.click();
      await this.page.locator(DEBUGGING).waitFor();
    });
  }

  async isDebugging() {
    return (await this.page.locator(DEBUGGING).count()) > 0;
  }

  /** Waits until the program is paused, and opens its local variables. Throws with what is on the screen. */
  async paused() {
    const locals = this.page.getByRole('treeitem', { name: /Scope Locals|^Locals/ }).first();
    const stopped = async () => {
      if ((await locals.count()) > 0) return true;
      if (!(await this.isDebugging())) throw new Error('the debug session has ended');
      return false;
    };
    await this.#telling(() => eventually(stopped, Boolean, PATIENCE, 'a paused program'));
    if ((await locals.getAttribute('aria-expanded')) === 'false') await locals.click();
  }

  /** A failure of `work` with the words on the screen, since a log has no picture. */
  async #telling(work) {
    try {
      return await work();
    } catch (error) {
      const read = (places) => this.page.locator(places).allInnerTexts().catch(() => []);
      const parts = {
        'debug session': [String(await this.isDebugging())],
        notifications: await read('.notification-toast, .monaco-dialog-box'),
        'status bar': await read('.statusbar-item'),
        'side bar': await read('.part.sidebar'),
        panel: await read('.part.panel'),
      };
      const words = Object.entries(parts).map(([name, texts]) => `${name}: ${texts.join(' | ').replace(/\s+/g, ' ')}`);
      throw new Error([error.message, ...words].join('\n'), { cause: error });
    }
  }

  /** The words of our hover in a paused program: VS Code shows it, instead of its own, while Alt is held; it stays so. */
  async hoverWhilePaused(text, at, expected) {
    const rows = this.page.locator('.monaco-hover:not(.hidden) .hover-row', { hasText: expected });
    const { x, y, width, height } = await this.place(text);
    const shown = async () => {
      await this.page.keyboard.up('Alt');
      await this.page.mouse.move(x + 260, y + 190);
      await this.page.waitForTimeout(150);
      await this.page.mouse.move(x + width * at, y + height / 2, { steps: 20 });
      await this.page.keyboard.down('Alt');
      await this.page.mouse.move(x + width * at + 2, y + height / 2, { steps: 3 });
      return rows.first().waitFor({ timeout: 10000 }).then(() => true, () => false);
    };
    await eventually(shown, Boolean, PATIENCE, 'our hover');
    return (await rows.allInnerTexts()).join('\n').replaceAll('\u00a0', ' ');
  }

  async variableMenu(name, entry) {
    await this.#contextMenu(() => this.variable(name).click({ button: 'right' }), entry);
  }

  // ---------------------------------------------------------------- the editor

  async openFile(name) {
    await this.explorerRow(name).first().dblclick();
    await this.page.locator('.tab', { hasText: name }).first().waitFor();
    await this.page.locator('.editor-instance .view-line').first().waitFor();
    await this.page.keyboard.press('Control+Home'); // else it stands where a file of tests before has left it
  }

  /** Where the first occurrence of some text stands on the screen, once it stands still. */
  async place(text) {
    let last = null;
    const find = () =>
      this.page.evaluate((wanted) => {
        for (const line of document.querySelectorAll(':is(.editor-instance, .notebook-editor) .monaco-editor .view-line')) {
          const start = line.textContent.replaceAll('\u00a0', ' ').indexOf(wanted);
          if (start < 0) continue;
          const range = document.createRange();
          const walker = document.createTreeWalker(line, NodeFilter.SHOW_TEXT);
          let before = 0;
          for (let node = walker.nextNode(); node; node = walker.nextNode()) {
            const after = before + node.data.length;
            if (before <= start && start < after) range.setStart(node, start - before);
            const end = start + wanted.length;
            if (before < end && end <= after) range.setEnd(node, end - before);
            before = after;
          }
          const { x, y, width, height } = range.getBoundingClientRect();
          if (width) return { x, y, width, height };
        }
        return null;
      }, text);
    const still = (found) => {
      const moved = !found || !last || found.x !== last.x || found.y !== last.y;
      last = found;
      return !moved;
    };
    return eventually(find, still, 5000, `"${text}" in the editor`);
  }

  async clickText(text, options = {}, at = 0.5) {
    const { x, y, width, height } = await this.place(text);
    await this.page.mouse.click(x + width * at, y + height / 2, options);
  }

  /** The code lens of a label that stands just above a text. */
  async lensAbove(text, label, within = 10000) {
    const lenses = this.page.locator('.codelens-decoration a', { hasText: label });
    const own = async () => {
      const { y } = await this.place(text);
      for (const lens of await lenses.all()) {
        const box = await lens.boundingBox();
        if (box && box.y < y && y - box.y < 40) return lens;
      }
      return undefined;
    };
    return eventually(own, Boolean, within, `the lens ${label} above ${text}`);
  }

  /** Clicks a code lens above a text until it asks what its title says: lenses are drawn anew when files have changed. */
  async askByLens(text, label, title) {
    const asked = async () => {
      await (await this.lensAbove(text, label, 60000)).click({ timeout: 3000 });
      const picker = this.page.locator('.quick-input-title', { hasText: title });
      return picker.waitFor({ timeout: 8000 }).then(() => true, () => false);
    };
    await eventually(asked, Boolean, PATIENCE, title);
  }

  /** Moves the pointer onto a text, as a hand does, and returns the words of the hover. */
  async hover(text) {
    const { x, y, width, height } = await this.place(text);
    await this.page.mouse.move(x + 260, y + 190);
    await this.page.waitForTimeout(150);
    await this.page.mouse.move(x + width / 2, y + height / 2, { steps: 20 });
    const rows = this.page.locator('.monaco-hover:not(.hidden) .hover-row');
    await rows.first().waitFor({ timeout: 8000 });
    return (await rows.allInnerTexts()).join('\n').replaceAll('\u00a0', ' ');
  }

  /** What an extension drew over a text: background and border of each decoration. */
  async decorations(text) {
    const at = await this.place(text);
    return this.page.evaluate(({ x, y, width, height }) => {
      const found = [];
      for (const element of document.querySelectorAll('.view-overlays .cdr[class*=TextEditorDecorationType]')) {
        const box = element.getBoundingClientRect();
        const overlap = Math.min(box.right, x + width) - Math.max(box.left, x);
        if (overlap < width / 2 || box.bottom < y + height / 2 || box.top > y + height / 2) continue;
        const { backgroundColor, borderTopStyle } = getComputedStyle(element);
        found.push({ background: backgroundColor, border: borderTopStyle });
      }
      return found;
    }, at);
  }

  /** The colour that the decorations give a text, as [red, green, blue, opacity]; null where none does. */
  async colour(text) {
    const colours = (await this.decorations(text))
      .map(({ background }) => background.match(/[\d.]+/g)?.map(Number) ?? [])
      .filter((parts) => parts.length >= 3 && parts[3] !== 0);
    return colours.length ? colours[0] : null;
  }

  // ---------------------------------------------------------------- the result panel

  /** Presses a button in the title of the panel, which has the focus. */
  async titleAction(name) {
    await this.page.locator(`.editor-actions .action-label[aria-label^="${name}"]`).first().click();
  }

  /** Clicks where the panel is empty: it is the active editor then. */
  async focusPanel() {
    await this.panel.locator('body').click({ position: { x: 4, y: 4 } });
  }

  /** The words of what has the keyboard's focus in the panel. */
  async focusedInPanel() {
    return this.panel.locator('body').evaluate(() => {
      let active = document.activeElement;
      while (active?.shadowRoot?.activeElement) active = active.shadowRoot.activeElement;
      return active?.getAttribute('aria-label') ?? active?.innerText ?? '';
    });
  }

  /** The page inside the result panel. */
  get panel() {
    return this.page.frameLocator(PANEL).frameLocator('iframe#active-frame');
  }

  /** Where there are several. */
  panelAt(index) {
    return this.page.frameLocator(PANEL).nth(index).frameLocator('iframe#active-frame');
  }

  /** Exports what the panel shows, and returns the file. */
  async exported(label, within = 10000) {
    await this.command('Heatline: Export Explanation...');
    await this.pick('Export as what?', label);
    await this.page.locator('.quick-input-title', { hasText: `Export as ${label}` }).waitFor();
    const input = this.page.locator(QUICK_INPUT);
    const ending = `.${label.toLowerCase()}`;
    const target = await eventually(() => input.inputValue(), (value) => value.endsWith(ending), 10000, 'a name');
    for (let attempt = 0; attempt < 4 && (await input.isVisible()); attempt++) {
      await this.page.waitForTimeout(500); // a dialog takes no Enter as soon as it is there
      await input.press('Enter');
      await input.waitFor({ state: 'hidden', timeout: 3000 }).catch(() => undefined);
    }
    await eventually(() => existsSync(target), Boolean, within, target);
    return target;
  }

  /** Waits until the panel shows a final explanation and nothing is at work. */
  async final(within = PATIENCE) {
    const isFinal = async () =>
      (await this.panel.locator('h2').count()) === 1 &&
      (await this.panel.locator('article[aria-busy=false]').count()) === 1 &&
      (await this.panel.locator('.badge').count()) === 0;
    await eventually(isFinal, Boolean, within, 'a final explanation');
  }

  /** All words of a panel, those inside the custom elements too, with single spaces. */
  async panelText(panel = this.panel) {
    return panel.locator('article').evaluate((article) => {
      const words = (node) => {
        if (node.nodeType === Node.TEXT_NODE) return node.data;
        if (node.nodeName === 'STYLE') return '';
        return [...(node.shadowRoot ?? node).childNodes].map(words).join('');
      };
      return words(article).replace(/\s+/g, ' ').trim();
    });
  }

  /**
   * Pixels of the heatmap's canvas at fractions of its width and height.
   * @param {[number, number][]} places
   */
  async canvas(places) {
    return this.panel.locator('canvas').evaluate((canvas, wanted) => {
      const context = canvas.getContext('2d');
      return wanted.map(([x, y]) => [...context.getImageData(x * canvas.width, y * canvas.height, 1, 1).data]);
    }, places);
  }
}
