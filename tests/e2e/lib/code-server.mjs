/** Real VS Code in a fresh home: code-server on a free port, with our VSIX and a copy of a workspace. */

import { execFile, execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

import { eventually } from './browser.mjs';
import { CODE_SERVER, PYTHON, ROOT, VSIX } from './paths.mjs';

/** A path belongs to a machine: among the settings of the user VS Code drops it as soon as it reads them anew. */
const MACHINE = { 'heatline.python': PYTHON };
const SETTINGS = {
  'workbench.startupEditor': 'none',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.tips.enabled': false,
  'workbench.enableExperiments': false,
  'chat.disableAIFeatures': true,
  'chat.commandCenter.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'extensions.autoUpdate': 'off',
  'extensions.autoCheckUpdates': false,
  'extensions.ignoreRecommendations': true,
  'update.mode': 'none',
  'git.enabled': false,
  'editor.minimap.enabled': false,
  'editor.hover.delay': 100,
  'editor.cursorBlinking': 'solid', // what moves is drawn anew, without a graphics card
  'workbench.reduceMotion': 'on',
  'editor.accessibilitySupport': 'off',
  'files.autoSave': 'off',
  'remote.autoForwardPorts': false, // else it looks for servers of any process of the machine, and tells of them
};

const VSCE = path.join(ROOT, 'node_modules/@vscode/vsce/vsce');

/** No marketplace: nothing is fetched while a test runs. */
const NO_GALLERY = JSON.stringify({ serviceUrl: '', itemUrl: '', resourceUrlTemplate: '' });

export class CodeServer {
  /**
   * `extensions`: folders of extensions that stand in for others in a test.
   * @param {{ workspace: string, name?: string, settings?: object, trusted?: boolean, extensions?: string[] }} options
   */
  static async start({ workspace, name = path.basename(workspace), settings = {}, trusted = true, extensions = [] }) {
    const server = new CodeServer();
    await server.#start(workspace, name, settings, trusted, extensions);
    return server;
  }

  async #start(workspace, name, settings, trusted, extensions) {
    this.home = mkdtempSync(path.join(os.tmpdir(), 'heatline-code-'));
    this.workspace = path.join(this.home, name);
    this.original = workspace;
    this.restore();
    for (const [scope, chosen] of [['User', { ...SETTINGS, ...settings }], ['Machine', MACHINE]]) {
      mkdirSync(path.join(this.home, 'data', scope), { recursive: true });
      writeFileSync(path.join(this.home, 'data', scope, 'settings.json'), JSON.stringify(chosen));
    }
    const folders = ['--user-data-dir', path.join(this.home, 'data'), '--extensions-dir', path.join(this.home, 'ext')];
    // The parent's variables would make code-server believe that it runs inside another VS Code.
    const env = { ...process.env, EXTENSIONS_GALLERY: NO_GALLERY, OMP_NUM_THREADS: '2' };
    Object.assign(env, { XDG_DATA_HOME: this.home, XDG_CONFIG_HOME: this.home });
    for (const name of Object.keys(env)) if (name.startsWith('VSCODE_')) delete env[name];
    const options = { env, cwd: this.home };
    copyExtensions(await installed(extensions, env), path.join(this.home, 'ext'));
    const port = await freePort();
    const flags = ['--auth', 'none', '--bind-addr', `127.0.0.1:${port}`, '--disable-telemetry', '--disable-update-check'];
    flags.push('--disable-getting-started-override', ...(trusted ? ['--disable-workspace-trust'] : []));
    this.origin = `http://127.0.0.1:${port}`;
    this.url = this.urlOf(this.workspace);
    this.process = spawn(process.execPath, [CODE_SERVER, ...folders, ...flags], {
      ...options,
      stdio: 'ignore',
      detached: true,
    });
    process.once('exit', () => this.#kill());
    const healthy = async () => (await fetch(`${this.origin}/healthz`)).ok;
    await eventually(healthy, Boolean, 90000, 'code-server');
  }

  /** Where a folder is opened, or a `.code-workspace` file, which names several. */
  urlOf(place) {
    const kind = place.endsWith('.code-workspace') ? 'workspace' : 'folder';
    return `${this.origin}/?${kind}=${encodeURIComponent(place)}`;
  }

  /** Makes the workspace what it was at the start: a copy of a folder, with no settings. */
  restore() {
    mkdirSync(path.join(this.workspace, '.vscode'), { recursive: true });
    for (const entry of readdirSync(this.workspace)) {
      if (entry !== '.vscode') rmSync(path.join(this.workspace, entry), { recursive: true });
    }
    cpSync(this.original, this.workspace, { recursive: true });
    this.setSettings({});
  }

  /** Settings of the workspace. VS Code takes them up within seconds; it does not watch those of the user. */
  setSettings(settings) {
    writeFileSync(path.join(this.workspace, '.vscode/settings.json'), JSON.stringify(settings));
  }

  /** Process ids of the agents that the language server of this code-server runs. */
  agents() {
    return this.running('heatline agent');
  }

  /** Process ids of what this code-server started whose command line has some words. */
  running(words) {
    const all = processes();
    const parents = new Map(all.map(({ pid, parent }) => [pid, parent]));
    const isOurs = (pid) => pid === this.process.pid || (parents.has(pid) && isOurs(parents.get(pid)));
    return all.filter(({ pid, command }) => command.includes(words) && isOurs(pid)).map(({ pid }) => pid);
  }

  /** Ends it with all that it started; nothing where it has ended. */
  #kill() {
    try {
      process.kill(-this.process.pid, 'SIGTERM');
    } catch {
      return; // it has ended already
    }
  }

  async stop() {
    try {
      this.#kill();
    } finally {
      await eventually(() => this.process.exitCode !== null || this.process.signalCode !== null, Boolean, 10000);
      rmSync(this.home, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    }
  }
}

const installations = new Map();

/** A folder with our VSIX and some extensions, installed by VS Code; once for each selection of them. */
function installed(extensions, env) {
  const key = extensions.join();
  if (!installations.has(key)) installations.set(key, install(extensions, env));
  return installations.get(key);
}

/** Copies a folder of extensions; the list in it names them by their absolute paths. */
function copyExtensions(from, to) {
  cpSync(from, to, { recursive: true });
  const list = path.join(to, 'extensions.json');
  writeFileSync(list, readFileSync(list, 'utf8').replaceAll(from, to));
}

async function install(extensions, env) {
  const home = mkdtempSync(path.join(os.tmpdir(), 'heatline-ext-'));
  process.once('exit', () => rmSync(home, { recursive: true, force: true }));
  const folder = path.join(home, 'ext');
  const files = [VSIX, ...extensions.map((extension) => packed(extension, home))];
  const folders = ['--user-data-dir', path.join(home, 'data'), '--extensions-dir', folder];
  const flags = files.flatMap((file) => ['--install-extension', file]);
  await promisify(execFile)(process.execPath, [CODE_SERVER, ...folders, ...flags], { env, cwd: home }).catch((error) => {
    throw new Error(`the VSIX was not installed: ${String(error.stderr || error.message).slice(-400)}`);
  });
  return folder;
}

/** The VSIX of an extension's folder. */
function packed(folder, home) {
  const file = path.join(home, `${path.basename(folder)}.vsix`);
  const flags = ['--no-dependencies', '--allow-missing-repository', '--skip-license', '--out', file];
  execFileSync(process.execPath, [VSCE, 'package', ...flags], { cwd: folder, stdio: 'pipe' });
  return file;
}

async function freePort() {
  const probe = createServer();
  await new Promise((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** Every process of this machine, from /proc. */
function processes() {
  const found = [];
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name)).map(Number)) {
    try {
      const status = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const parent = Number(status.slice(status.lastIndexOf(')') + 2).split(' ')[1]);
      found.push({ pid, parent, command: readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ') });
    } catch {
      continue; // it ended between the listing and the look
    }
  }
  return found;
}
