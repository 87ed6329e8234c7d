// Bundles the extension (Node, in VS Code's extension host) and its webview (browser) into dist/.
import { build } from 'esbuild';

const shared = { bundle: true, minify: true, sourcemap: 'linked', sourcesContent: false, logLevel: 'warning' };

await build({
  ...shared,
  entryPoints: ['src/extension.ts'],
  outfile: 'dist/extension.js',
  platform: 'node',
  format: 'cjs',
  target: 'node20',
  external: ['vscode'],
});
await build({
  ...shared,
  entryPoints: ['src/webview/main.ts'],
  outfile: 'dist/webview.js',
  platform: 'browser',
  format: 'iife',
  target: 'es2022',
});
