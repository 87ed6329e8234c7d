/** The hands that work a notebook in JupyterLab. */

import { eventually } from '../lib/browser.mjs';
import { screenshot } from '../lib/paths.mjs';
import { textOf } from './text-of.mjs';

export class Notebook {
  /** Opens a notebook of the server's folder, in JupyterLab or in Notebook 7 (`notebooks`), with a kernel that can be used. */
  static async open(page, lab, name, app = 'lab/tree') {
    const notebook = new Notebook();
    Object.assign(notebook, { page, lab, name });
    // `reset` opens a fresh workspace: nothing of the notebook before stays open.
    await page.goto(`${lab.origin}/${app}/${encodeURI(name)}?reset&token=${lab.token}`);
    await page.locator('.jp-Notebook .jp-CodeCell .cm-content').first().waitFor({ timeout: 60000 });
    // A run is dropped while the page is not connected to the kernel.
    const connected = (kernel) => kernel?.execution_state === 'idle' && kernel.connections > 0;
    await eventually(() => notebook.kernel(), connected, 90000, 'a kernel that is idle and connected');
    await page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').waitFor();
    return notebook;
  }

  /** What the server says of the notebook's kernel. */
  async kernel() {
    const sessions = await this.lab.api('api/sessions');
    return sessions.find(({ path }) => path === this.name)?.kernel;
  }

  cell(index) {
    return this.page.locator('.jp-Notebook .jp-Cell').nth(index);
  }

  /** The explanation below a cell. */
  result(index) {
    return this.cell(index).locator('.jp-heatline-Output');
  }

  /** Waits until an explanation is complete: its result is final, and stands in what will be saved. */
  async finished(index) {
    await this.result(index).getByText('Completeness error').first().waitFor({ timeout: 60000 });
    await this.result(index).locator('[role=progressbar]').waitFor({ state: 'detached', timeout: 60000 });
  }

  /** Pixels of the heatmap below a cell, at fractions of its width and height. */
  async canvas(index, places) {
    return this.result(index).locator('canvas').evaluate((canvas, wanted) => {
      const context = canvas.getContext('2d');
      return wanted.map(([x, y]) => [...context.getImageData(x * canvas.width, y * canvas.height, 1, 1).data]);
    }, places);
  }

  /** All words of the explanation below a cell, also those inside its elements. */
  async resultText(index) {
    return textOf(this.result(index));
  }

  /** The words that are coloured in a cell: text, and what the eye sees of the sign. */
  async colouredWords(index) {
    return this.cell(index)
      .locator('.heatline-word')
      .evaluateAll((words) =>
        words.map((word) => {
          const { backgroundColor, textDecorationLine, textDecorationStyle } = getComputedStyle(word);
          const parts = backgroundColor.match(/[\d.]+/g)?.map(Number) ?? [];
          const scale = backgroundColor.startsWith('color(') ? 255 : 1;
          const [red, green, blue] = parts.map((part) => part * scale);
          return {
            text: word.textContent,
            hue: (parts[3] ?? 1) === 0 ? 'none' : red > blue ? 'orange' : 'blue',
            opacity: parts[3] ?? 1,
            colour: [red, green, blue],
            line: textDecorationLine === 'underline' ? textDecorationStyle : 'none',
          };
        }),
      );
  }

  /** Runs a cell and waits for its end. */
  async run(index) {
    await this.start(index);
    await this.idle();
  }

  async start(index) {
    await this.cell(index).locator('.cm-content').click();
    await this.page.keyboard.press('Control+Enter');
  }

  async runAll() {
    await this.menu('Run', /^Run All Cells$/);
    await this.idle();
  }

  /** No cell runs or waits. */
  async idle() {
    await this.page.waitForTimeout(100);
    const quiet = () => ![...document.querySelectorAll('.jp-InputPrompt')].some((it) => it.textContent.includes('[*]'));
    await this.page.waitForFunction(quiet, undefined, { timeout: 60000 });
  }

  async menu(name, item) {
    await this.page.locator('.lm-MenuBar-item', { hasText: name }).first().click();
    const label = this.page.locator('.lm-Menu-itemLabel', { hasText: item });
    await this.page.locator('.lm-Menu-item', { has: label }).first().click();
  }

  /** Right-clicks a word of a cell's program text and takes "Explain Prediction…". */
  async explain(index, word) {
    const { x, y } = await this.place(index, word);
    await this.page.mouse.click(x, y, { button: 'right' });
    await this.page.locator('.lm-Menu-item', { hasText: 'Explain Prediction…' }).click();
  }

  /** Selects a rendered text of a cell, right-clicks it and takes "Explain Selected Text…". */
  async select(index, selector) {
    const text = this.cell(index).locator(selector).first();
    await text.scrollIntoViewIfNeeded();
    await text.evaluate((node) => document.getSelection().selectAllChildren(node));
    await text.click({ button: 'right', position: { x: 20, y: 8 } });
    await this.page.locator('.lm-Menu-item', { hasText: 'Explain Selected Text…' }).click();
  }

  /** The words of rendered texts that are coloured so strongly that they are underlined, in alphabetical order. */
  async markedWords() {
    return this.page.evaluate(() => {
      const strong = [...CSS.highlights].filter(([name]) => /^heatline-(for|against)-[2-8]$/.test(name));
      return [...new Set(strong.flatMap(([, ranges]) => [...ranges].map(String)))].sort();
    });
  }

  /** Runs a command of the palette. */
  async palette(command) {
    await this.page.keyboard.press('Control+Shift+C');
    await this.page.locator('.lm-CommandPalette-input').fill(command);
    await this.page.locator('.lm-CommandPalette-item', { hasText: command }).click();
  }

  /** The dialog that asks for the other half of the question. */
  get dialog() {
    return this.page.locator('.jp-Dialog', { hasText: 'Explain Prediction' });
  }

  /** Picks a model or a sample by its name. */
  async choose(name) {
    const code = this.page.locator('code', { hasText: new RegExp(`^${name}$`) });
    await this.dialog.locator('label', { has: code }).click();
    await this.page.keyboard.press('Enter');
    await this.dialog.waitFor({ state: 'detached' });
  }

  /** Puts the pointer on a word as a hand does, and returns what the tooltip says. */
  async hover(index, word) {
    await this.point(index, word);
    const tooltip = this.page.locator('.jp-heatline-Score');
    await tooltip.waitFor({ timeout: 5000 });
    return tooltip.innerText();
  }

  async point(index, word) {
    const { x, y } = await this.place(index, word);
    await this.page.mouse.move(x - 40, y + 60);
    await this.page.mouse.move(x, y, { steps: 10 });
  }

  /** Points at a word until a tooltip says what a model makes of it, and waits for its picture. */
  async tip(index, word) {
    const tip = this.page.locator('.jp-heatline-Tip');
    await this.away();
    await eventually(
      async () => {
        await this.point(index, word);
        await tip.waitFor({ timeout: 4000 });
        return true;
      },
      Boolean,
      30000,
      `a tooltip at "${word}"`,
    );
    await tip.getByText('Explaining').waitFor({ state: 'detached' });
    return tip;
  }

  /** Takes the pointer off the program text. */
  async away() {
    await this.page.mouse.move(5, 5);
    await this.page.locator('.jp-heatline-Tip').waitFor({ state: 'detached' });
  }

  /** The middle of a word of a cell's program text, in pixels of the page. */
  async place(index, word) {
    const editor = this.cell(index).locator('.cm-content');
    await editor.scrollIntoViewIfNeeded();
    const find = (node, wanted) => {
      const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
      for (let text = walker.nextNode(); text; text = walker.nextNode()) {
        const start = text.data.indexOf(wanted);
        if (start < 0) continue;
        const range = document.createRange();
        range.setStart(text, start);
        range.setEnd(text, start + wanted.length);
        const { left, top, width, height } = range.getBoundingClientRect();
        return { x: left + width / 2, y: top + height / 2 };
      }
      return null;
    };
    return eventually(() => editor.evaluate(find, word), Boolean, 5000, `"${word}" in cell ${index}`);
  }

  /** The text of a cell's own outputs. */
  async output(index) {
    return (await this.cell(index).locator('.jp-OutputArea-output pre').allInnerTexts()).join('\n');
  }

  /** The number in front of a cell. */
  async prompt(index) {
    const text = await this.cell(index).locator('.jp-InputPrompt').innerText();
    return Number(text.replace(/\D/g, ''));
  }

  async save() {
    await this.page.keyboard.press('Control+s');
    await this.page.locator('.lm-TabBar-tab.jp-mod-dirty').waitFor({ state: 'detached' });
  }

  async screenshot(name) {
    await this.page.screenshot({ path: screenshot(name) });
  }
}
