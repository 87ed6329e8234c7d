/** A real JupyterLab on a free port, in a fresh home: nothing of the person's own configuration. */

import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';

import { eventually } from '../lib/browser.mjs';
import { FIXTURES, PYTHON } from '../lib/paths.mjs';

const SETTINGS = {
  '@jupyterlab/apputils-extension:notification': { fetchNews: 'false', checkForUpdates: false },
};

export class Lab {
  /**
   * @param {{ settings?: Record<string, object>, base?: string, beside?: string }} options Settings by plugin,
   *   `package:plugin`; a folder with further packages.
   */
  static async start({ settings = {}, base = '', beside } = {}) {
    const lab = new Lab();
    await lab.#start({ ...SETTINGS, ...settings }, base, beside);
    return lab;
  }

  async #start(settings, base, beside) {
    this.home = mkdtempSync(path.join(os.tmpdir(), 'heatline-lab-'));
    this.work = path.join(this.home, 'work');
    this.settings = settings;
    this.token = randomBytes(16).toString('hex');
    this.#furnish();
    const port = await freePort();
    this.origin = `http://127.0.0.1:${port}${base}`;
    const flags = [`--ServerApp.base_url=${base}/`, '--no-browser', '--allow-root', '--ip=127.0.0.1', `--port=${port}`, '--ServerApp.port_retries=0'];
    flags.push('--LanguageServerManager.autodetect=False'); // else the servers of other languages are looked for
    this.log = '';
    this.process = spawn(PYTHON, ['-m', 'jupyterlab', ...flags, `--ServerApp.root_dir=${this.work}`], {
      cwd: this.home,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        ...(beside && {
          PYTHONPATH: beside,
          JUPYTER_PATH: path.join(beside, 'share/jupyter'),
          JUPYTER_CONFIG_PATH: path.join(beside, 'etc/jupyter'),
        }),
        JUPYTER_TOKEN: this.token,
        JUPYTER_CONFIG_DIR: path.join(this.home, 'config'),
        JUPYTER_DATA_DIR: path.join(this.home, 'data'),
        JUPYTER_RUNTIME_DIR: path.join(this.home, 'runtime'),
        JUPYTERLAB_SETTINGS_DIR: path.join(this.home, 'settings'),
        JUPYTERLAB_WORKSPACES_DIR: path.join(this.home, 'workspaces'),
        IPYTHONDIR: path.join(this.home, 'ipython'),
        OMP_NUM_THREADS: '1',
      },
    });
    for (const stream of [this.process.stdout, this.process.stderr]) stream.on('data', (data) => (this.log += data));
    await eventually(() => this.api('api/status'), Boolean, 60000, 'JupyterLab').catch((error) => {
      throw new Error(`${error.message}\n${this.log}`);
    });
  }

  /** The folder that the server shows, and settings. */
  #furnish() {
    cpSync(path.join(FIXTURES, 'workspace'), this.work, { recursive: true });
    for (const [plugin, values] of Object.entries(this.settings)) this.#write(settingsFile(plugin), values);
  }

  /** Ends all kernels, and takes away what was written, as if the server had just been started. */
  async tidy() {
    const ended = async () => {
      for (const { id } of await this.api('api/kernels')) await this.api(`api/kernels/${id}`, { method: 'DELETE' });
      return (await this.api('api/sessions')).length === 0;
    };
    await eventually(ended, Boolean, 30000, 'the end of all kernels'); // one that just restarts cannot be ended yet
    for (const entry of readdirSync(this.work)) rmSync(path.join(this.work, entry), { recursive: true });
    for (const name of ['settings', 'workspaces', 'config', 'data/kernels', 'ipython']) {
      rmSync(path.join(this.home, name), { recursive: true, force: true });
    }
    this.#furnish();
  }

  /** An answer of the server's API. */
  async api(route, options = {}) {
    const response = await fetch(`${this.origin}/${route}`, {
      ...options,
      headers: { Authorization: `token ${this.token}`, ...options.headers },
    });
    if (!response.ok) throw new Error(`${route}: HTTP ${response.status}`);
    const text = await response.text();
    return text ? JSON.parse(text) : null;
  }

  /** Changes a plugin's settings; a page takes them up when it is loaded. */
  async setSettings(plugin, values) {
    const body = JSON.stringify({ raw: JSON.stringify(values) });
    await this.api(`lab/api/settings/${plugin}`, { method: 'PUT', body });
  }

  /** Leaves a front-end extension out of pages that are opened from now on. */
  disable(name) {
    this.#write('config/labconfig/page_config.json', { disabledExtensions: { [name]: true } });
  }

  /** Writes a notebook of code cells into the folder that the server shows. */
  writeNotebook(name, cells, kernel = 'python3') {
    const cell = (source, i) => ({
      cell_type: 'code',
      id: `cell-${i}`,
      source,
      metadata: {},
      execution_count: null,
      outputs: [],
    });
    const kernelspec = { name: kernel, display_name: kernel, language: 'python' };
    this.saveNotebook(name, { nbformat: 4, nbformat_minor: 5, metadata: { kernelspec }, cells: cells.map(cell) });
  }

  saveNotebook(name, notebook) {
    this.#write(path.join('work', name), notebook);
  }

  /** What is saved of a notebook. */
  readNotebook(name) {
    return JSON.parse(readFileSync(path.join(this.work, name), 'utf8'));
  }

  /** Offers another kernel. @param {{ argv: string[], env?: object, language?: string }} spec */
  addKernel(name, { argv, env = {}, language = 'python' }) {
    this.#write(path.join('data/kernels', name, 'kernel.json'), { argv, env, language, display_name: name });
  }

  #write(file, values) {
    const place = path.join(this.home, file);
    mkdirSync(path.dirname(place), { recursive: true });
    writeFileSync(place, JSON.stringify(values));
  }

  /** Ends the server and its kernels, and takes away what they wrote. */
  async stop() {
    await this.api('api/shutdown', { method: 'POST' }).catch(() => this.process.kill());
    const ended = () => this.process.exitCode !== null || this.process.signalCode !== null;
    await eventually(ended, Boolean, 8000).catch(() => this.process.kill('SIGKILL'));
    rmSync(this.home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
  }
}

function settingsFile(plugin) {
  const [owner, name] = plugin.split(':');
  return path.join('settings', owner, `${name}.jupyterlab-settings`);
}

async function freePort() {
  const probe = createServer();
  await new Promise((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}
