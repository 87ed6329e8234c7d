// Bundles the extension and its language client (Node, in VS Code's extension host), its webview and its notebook renderer (browser) into dist/.
import { build } from 'esbuild';

const shared = { bundle: true, minify: true, sourcemap: 'linked', sourcesContent: false, logLevel: 'warning' };

for (const name of ['extension', 'language-client']) {
  await build({
    ...shared,
    entryPoints: [`src/${name}.ts`],
    outfile: `dist/${name}.js`,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    external: ['vscode', './language-client'],
    supported: { 'dynamic-import': false }, // `require`, which knows the module that is called vscode
  });
}
await build({
  ...shared,
  entryPoints: ['src/webview/main.ts'],
  outfile: 'dist/webview.js',
  platform: 'browser',
  format: 'iife',
  target: 'es2022',
});
await build({
  ...shared,
  entryPoints: ['src/renderer/main.ts'],
  outfile: 'dist/renderer.js',
  platform: 'browser',
  format: 'esm',
  target: 'es2022',
});
