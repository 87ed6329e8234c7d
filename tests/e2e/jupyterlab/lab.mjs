/** A real JupyterLab on a free port, with nothing of the person's own configuration, and hands to work it. */

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';

const NO_NEWS = { fetchNews: 'false', checkForUpdates: false };

/**
 * Starts JupyterLab in a fresh folder.
 *
 * @param {object} options
 * @param {string} options.python The interpreter that heatline's wheel is installed for.
 * @param {Record<string, object>} [options.settings] By plugin, such as `@jupyterlab/apputils-extension:themes`.
 * @param {string[]} [options.args] Further arguments of `jupyter lab`.
 * @returns {Promise<Lab>}
 */
export async function startLab({ python, settings = {}, args = [] }) {
  const home = fs.mkdtempSync(path.join(os.tmpdir(), 'heatline-lab-'));
  const folder = (name) => {
    const made = path.join(home, name);
    fs.mkdirSync(made, { recursive: true });
    return made;
  };
  const all = { '@jupyterlab/apputils-extension:notification': NO_NEWS, ...settings };
  for (const [plugin, values] of Object.entries(all)) {
    const [owner, name] = plugin.split(':');
    const file = path.join(folder(path.join('settings', owner)), `${name}.jupyterlab-settings`);
    fs.writeFileSync(file, JSON.stringify(values));
  }
  const port = await freePort();
  const token = randomBytes(16).toString('hex');
  const child = spawn(
    python,
    [
      '-m', 'jupyterlab', '--no-browser', '--allow-root', '--ip=127.0.0.1', `--port=${port}`, '--ServerApp.port_retries=0',
      `--ServerApp.root_dir=${folder('work')}`, ...args,
    ],
    {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        JUPYTER_TOKEN: token,
        JUPYTER_CONFIG_DIR: folder('config'),
        JUPYTER_DATA_DIR: folder('data'),
        JUPYTER_RUNTIME_DIR: folder('runtime'),
        JUPYTERLAB_SETTINGS_DIR: folder('settings'),
        JUPYTERLAB_WORKSPACES_DIR: folder('workspaces'),
        IPYTHONDIR: folder('ipython'),
        OMP_NUM_THREADS: '2',
      },
    },
  );
  const lab = new Lab(home, child, `http://127.0.0.1:${port}`, token);
  await lab.ready();
  return lab;
}

export class Lab {
  constructor(home, child, origin, token) {
    Object.assign(this, { home, child, origin, token, log: '' });
    this.work = path.join(home, 'work');
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (data) => (this.log += data));
  }

  /** An answer of the server's API. */
  async api(route, options = {}) {
    const response = await fetch(`${this.origin}/${route}`, {
      ...options,
      headers: { Authorization: `token ${this.token}`, ...options.headers },
    });
    if (!response.ok) throw new Error(`${route}: HTTP ${response.status}`);
    return response.status === 204 ? null : response.json();
  }

  async ready() {
    for (let i = 0; i < 300; i++) {
      if (this.child.exitCode !== null) break;
      if (await this.api('api/status').catch(() => null)) return;
      await pause(100);
    }
    throw new Error(`JupyterLab did not start:\n${this.log}`);
  }

  /** Ends the server, its kernels, and what they wrote. */
  async stop() {
    const gone = new Promise((resolve) => this.child.once('exit', resolve));
    await this.api('api/shutdown', { method: 'POST' }).catch(() => this.child.kill());
    const timer = setTimeout(() => this.child.kill('SIGKILL'), 8000);
    if (this.child.exitCode === null) await gone;
    clearTimeout(timer);
    fs.rmSync(this.home, { recursive: true, force: true });
  }

  /** Writes a notebook of code cells into the server's folder. */
  write(name, cells, kernel = 'python3') {
    const notebook = {
      nbformat: 4,
      nbformat_minor: 5,
      metadata: { kernelspec: { name: kernel, display_name: kernel, language: 'python' } },
      cells: cells.map((source, i) => ({
        cell_type: 'code', id: `cell-${i}`, source, metadata: {}, execution_count: null, outputs: [],
      })),
    };
    fs.writeFileSync(path.join(this.work, name), JSON.stringify(notebook));
  }

  /** What is saved of a notebook. */
  read(name) {
    return JSON.parse(fs.readFileSync(path.join(this.work, name), 'utf8'));
  }
}

/** A notebook that is open in a page, with its kernel. */
export class Notebook {
  /** Opens a notebook of the server's folder and waits for its kernel. */
  static async open(page, lab, name) {
    await page.goto(`${lab.origin}/lab/tree/${encodeURIComponent(name)}?reset&token=${lab.token}`);
    await page.locator('.jp-Notebook .jp-CodeCell').first().waitFor({ timeout: 60000 });
    await until(async () => {
      const sessions = await lab.api('api/sessions');
      const kernel = sessions.find(({ path }) => path === name)?.kernel;
      return kernel?.execution_state === 'idle' && kernel.connections > 0;
    }, 'the kernel is idle and connected');
    await page.locator('.jp-Notebook-ExecutionIndicator[data-status="idle"]').waitFor();
    return new Notebook(page, lab, name);
  }

  constructor(page, lab, name) {
    Object.assign(this, { page, lab, name });
  }

  cell(index) {
    return this.page.locator('.jp-Notebook .jp-Cell').nth(index);
  }

  /** Our output below a cell. */
  result(index) {
    return this.cell(index).locator('.jp-heatline-Output');
  }

  async runAll() {
    await this.cell(0).locator('.cm-content').click();
    await this.command('Run', /^Run All Cells$/);
    await this.idle();
  }

  /** Runs the cell, without waiting for its end. */
  async run(index) {
    await this.cell(index).locator('.cm-content').click();
    await this.page.keyboard.press('Control+Enter');
  }

  async command(menu, item) {
    await this.page.locator('.lm-MenuBar-item', { hasText: menu }).first().click();
    await this.page.locator('.lm-Menu-item:visible', { has: this.page.locator('.lm-Menu-itemLabel', { hasText: item }) }).first().click();
  }

  /** No cell runs or waits, and the kernel says that it is idle. */
  async idle() {
    await this.page.waitForFunction(
      () =>
        ![...document.querySelectorAll('.jp-InputPrompt')].some((prompt) => prompt.textContent.includes('[*]')) &&
        document.querySelector('.jp-Notebook-ExecutionIndicator[data-status="idle"]') !== null,
      undefined,
      { timeout: 60000 },
    );
  }

  /** The kernel's answer to an expression, by way of a cell at the end that is taken away again. */
  async kernelId() {
    const sessions = await this.lab.api('api/sessions');
    return sessions.find(({ path }) => path === this.name).kernel.id;
  }

  /** Right-clicks a word of a cell's program text and takes "Explain Prediction…". */
  async explain(index, word) {
    const editor = this.cell(index).locator('.cm-content');
    await editor.scrollIntoViewIfNeeded();
    const { x, y } = await wordCentre(editor, word);
    await this.page.mouse.click(x, y, { button: 'right' });
    const item = this.page.locator('.lm-Menu-item', { hasText: 'Explain Prediction…' });
    await item.waitFor();
    await item.click();
  }

  async save() {
    await this.page.keyboard.press('Control+s');
    await this.page.locator('.jp-mod-dirty').waitFor({ state: 'detached' });
  }
}

/** The middle of a word inside an element, in the page's pixels. */
export async function wordCentre(element, word) {
  const box = await element.evaluate((node, wanted) => {
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
  }, word);
  if (!box) throw new Error(`no word ${JSON.stringify(word)} there`);
  return box;
}

export async function until(condition, what, milliseconds = 30000) {
  for (const end = Date.now() + milliseconds; Date.now() < end; await pause(100)) {
    if (await condition()) return;
  }
  throw new Error(`still not so: ${what}`);
}

function pause(milliseconds) {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

function freePort() {
  return new Promise((resolve, reject) => {
    const server = net.createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
