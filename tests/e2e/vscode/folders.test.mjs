/** Two folders in one window, with models of the same names and an interpreter each. */

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { eventually } from '../lib/browser.mjs';
import { environment } from '../lib/environment.mjs';
import { inVSCode } from '../lib/in-vscode.mjs';
import { FIXTURES, PYTHON } from '../lib/paths.mjs';

const MODEL = 'Explain with which model?';

function setSettings(folder, settings) {
  mkdirSync(path.join(folder, '.vscode'), { recursive: true });
  writeFileSync(path.join(folder, '.vscode/settings.json'), JSON.stringify(settings));
}

/** Below the folder that VS Code has open: `one`, `two` with an own interpreter and a model in a package, and both. */
function prepare({ workspace }) {
  const [one, two] = ['one', 'two'].map((name) => path.join(workspace, name));
  for (const folder of [one, two]) cpSync(`${FIXTURES}/workspace`, folder, { recursive: true });
  const models = readFileSync(path.join(two, 'models.py'), 'utf8').replaceAll('"lamp o', '"light o').replace('praise', 'liked');
  writeFileSync(path.join(two, 'models.py'), models);
  mkdirSync(path.join(two, 'package'));
  writeFileSync(path.join(two, 'package/__init__.py'), '');
  writeFileSync(path.join(two, 'package/critics.py'), models);
  environment(path.join(two, 'own'));
  setSettings(two, { 'heatline.python': '${workspaceFolder}/own/bin/python', 'heatline.models': ['package.critics:opinion'] });
  writeFileSync(path.join(workspace, 'both.code-workspace'), JSON.stringify({ folders: [{ path: 'one' }, { path: 'two' }] }));
}

inVSCode('two folders in VS Code', async (step, code, server) => {
  const [one, two] = ['one', 'two'].map((name) => path.join(server.workspace, name));
  const own = () => server.agents().filter((pid) => server.running(`${two}/own/bin/python`).includes(pid));
  const says = (pattern) => eventually(() => code.panelText(), (text) => pattern.test(text), 60000, String(pattern));

  /** The models to choose from, as `lamp, two · models.py`. */
  const models = async () => {
    await code.pickerRows(MODEL);
    const rows = await code.page.getByRole('option').all();
    const labels = await Promise.all(rows.map((row) => row.getAttribute('aria-label')));
    return labels.map((label) => label.replace(/^symbol-method\s+/, ''));
  };
  const pickModel = async (label) => {
    await code.page.waitForTimeout(150);
    await code.page.getByRole('option', { name: `symbol-method  ${label}` }).click();
    await code.page.locator('.quick-input-title', { hasText: MODEL }).waitFor({ state: 'hidden' });
  };

  await code.openWorkspace(server.urlOf(path.join(server.workspace, 'both.code-workspace')));

  await step('models of both folders, told apart; those of the folder of the photo stand first', async () => {
    await code.explorerMenu(/^lamp\.png$/, 'Explain Prediction...', 1);
    const found = await models();
    assert.equal(found[0], 'lamp, two · models.py');
    for (const label of ['lamp, one · models.py', 'opinion, two · package.critics · reads other samples']) {
      assert.ok(found.includes(label), `${label} among ${found.join('; ')}`);
    }
    assert.equal(found.filter((label) => label.startsWith('opinion, two · package')).length, 1, 'named in the settings, and not once more');
    await code.screenshot('vscode-folders');
  });

  await step('a photo is explained by the model of its folder, in the interpreter of that', async () => {
    await pickModel('lamp, two · models.py');
    await code.final();
    assert.match(await code.panelText(), /^light on/);
    assert.equal(own().length, 1);
    assert.equal(server.agents().length, 1);
  });

  await step('the next time the last choice of each folder stands first; the model of another folder explains, too', async () => {
    await code.explorerMenu(/^lamp\.png$/, 'Explain Prediction...', 0);
    assert.equal((await models())[0], 'lamp, one · models.py', 'not what was used last for another folder');
    await code.page.keyboard.press('Escape');
    await code.explorerMenu(/^lamp\.png$/, 'Explain Prediction...', 1);
    assert.equal((await models())[0], 'lamp, two · models.py · used last');
    await pickModel('lamp, one · models.py');
    await says(/^lamp on/);
    await code.final();
    assert.equal(server.agents().length, 2, 'each folder has an agent of its own');
    await code.command('Heatline: Copy as Python');
    const script = await eventually(() => code.clipboard(), (text) => text.includes('heatline.explain('), 5000, 'a script');
    assert.ok(script.includes(`load_model("${one}/models.py:lamp", "${one}")`), script);
    assert.ok(script.includes(`"${two}/lamp.png"`), script);
  });

  await step('a text, by a model that the settings of its folder name as a module', async () => {
    await code.explorerRow(/^reviews\.py$/).last().dblclick();
    await code.editorMenu('superb film', 'Explain Prediction...');
    await pickModel('opinion, two · package.critics');
    await says(/^liked/);
    await code.final();
    await eventually(() => code.colour('superb'), Boolean, 5000, 'a colour');
    await code.screenshot('vscode-folders-text');
    await code.command('Heatline: Copy as Python');
    const loads = `load_model("package.critics:opinion", "${two}")`;
    const script = await eventually(() => code.clipboard(), (text) => text.includes(loads), 5000, loads);
    const printed = 'print(result.target.label)';
    const label = execFileSync(PYTHON, ['-c', `${script}\n${printed}`], { cwd: server.home, encoding: 'utf8' }).trim().split('\n').at(-1);
    assert.equal(label, 'liked');
  });

  await step('a folder whose interpreter is none costs the other nothing', async () => {
    setSettings(one, { 'heatline.python': '/no/such/python' });
    await code.page.waitForTimeout(1000);
    await code.command('Heatline: Restart Language Server');
    await code.explorerMenu(/^lamp\.png$/, 'Explain Prediction...', 1);
    await models();
    await pickModel('lamp, two · models.py');
    await says(/^light on/);
    await code.final();
    assert.deepEqual(await code.toasts(), []);
    await code.command('Heatline: Show Diagnostics');
    const report = await eventually(() => code.clipboard(), (text) => text.includes('Heatline diagnostics'), 60000, 'a report');
    assert.ok(report.includes('- Interpreter of one: /no/such/python (from: setting)'), report);
    assert.ok(report.includes(`- Interpreter of two: ${two}/own/bin/python (from: setting)`), report);
    assert.match(report, /torch \d+\.\d+/);
  });
}, { shares: true, prepare });
