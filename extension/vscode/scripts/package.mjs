// Puts the VSIX together in build/vsix and packs it: the bundles, the pictures, the language server in Python.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const here = path.resolve(import.meta.dirname, '..');
const root = path.resolve(here, '../..');
const stage = path.join(root, 'build/vsix');
const python = process.env.PYTHON ?? path.join(root, '.venv/bin/python');
const manifest = JSON.parse(readFileSync(path.join(here, 'package.json'), 'utf8'));
const vsix = path.join(root, `build/heatline-${manifest.version}.vsix`);

rmSync(stage, { recursive: true, force: true });
mkdirSync(stage, { recursive: true });
for (const name of ['dist/extension.js', 'dist/language-client.js', 'dist/webview.js', 'dist/renderer.js', 'media', 'example', 'l10n', 'README.md', 'package.nls.json', 'python/boot.py', 'python/live.py']) {
  cpSync(path.join(here, name), path.join(stage, name), { recursive: true });
}
cpSync(path.join(root, 'LICENSE'), path.join(stage, 'LICENSE'));
const { devDependencies, scripts, private: unpublished, ...published } = manifest;
writeFileSync(path.join(stage, 'package.json'), JSON.stringify(published, null, 2));
writeFileSync(path.join(stage, '.vscodeignore'), ''); // all that is staged is meant to be in it
execFileSync(python, [path.join(here, 'scripts/bundle_python.py'), path.join(stage, 'python')], { stdio: 'inherit' });

const vsce = createRequire(import.meta.url).resolve('@vscode/vsce/vsce');
const options = ['package', '--no-dependencies', '--out', vsix];
execFileSync(process.execPath, [vsce, ...options], { cwd: stage, stdio: 'inherit' });
