// Gathers every sentence that the extension and the views show, for translators: l10n/bundle.l10n.json.
//
//     node scripts/words.mjs            writes the file
//     node scripts/words.mjs --check    fails where it is out of date
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const here = path.resolve(import.meta.dirname, '..');
const target = path.join(here, 'l10n/bundle.l10n.json');

const LITERAL = String.raw`'((?:[^'\\]|\\.)*)'|"((?:[^"\\]|\\.)*)"`;
const sentences = new Set();
const gather = (file, pattern) => {
  for (const [, single, double] of readFileSync(file, 'utf8').matchAll(pattern)) {
    sentences.add((single ?? double).replaceAll(/\\u([0-9a-f]{4})/gi, (_, code) => String.fromCharCode(parseInt(code, 16))).replaceAll(/\\(.)/g, '$1'));
  }
};
for (const name of readdirSync(path.join(here, 'src'), { recursive: true }).filter((file) => file.endsWith('.ts'))) {
  gather(path.join(here, 'src', name), new RegExp(String.raw`l10n\.t\(\s*(?:${LITERAL})`, 'g'));
}
const words = path.join(here, '../views/src/words.ts');
gather(words, new RegExp(String.raw`say\(\s*(?:${LITERAL})`, 'g'));
gather(words, new RegExp(String.raw`^\s+(?:[\w-]+|'[\w-]+'): (?:${LITERAL}),`, 'gm'));
gather(words, new RegExp(String.raw`(?<=\[|\[.*, )(?:${LITERAL})(?=[,\]])`, 'g'));

// The manifest's own: each word that it names has an entry in package.nls.json, and each entry is used.
const named = new Set([...readFileSync(path.join(here, 'package.json'), 'utf8').matchAll(/"%([^%"]+)%"/g)].map(([, key]) => key));
const entries = new Set(Object.keys(JSON.parse(readFileSync(path.join(here, 'package.nls.json'), 'utf8'))));
const loose = [...named.symmetricDifference(entries)];
if (loose.length > 0) {
  console.error(`package.json and package.nls.json differ in: ${loose.join(', ')}`);
  process.exit(1);
}

const text = `${JSON.stringify(Object.fromEntries([...sentences].sort().map((sentence) => [sentence, sentence])), null, 2)}\n`;
if (!process.argv.includes('--check')) writeFileSync(target, text);
else if (readFileSync(target, 'utf8') !== text) {
  console.error('l10n/bundle.l10n.json is out of date: npm run words --workspace heatline');
  process.exit(1);
}
