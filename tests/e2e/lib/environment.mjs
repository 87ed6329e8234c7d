/** Environments of Python beside the one that has everything. */

import { copyFileSync, mkdirSync, realpathSync, symlinkSync } from 'node:fs';
import path from 'node:path';

import { PYTHON } from './paths.mjs';

/** Another environment with the packages of the first. */
export function environment(folder) {
  const own = path.resolve(path.dirname(PYTHON), '..');
  mkdirSync(path.join(folder, 'bin'), { recursive: true });
  symlinkSync(realpathSync(PYTHON), path.join(folder, 'bin/python'));
  symlinkSync(path.join(own, 'lib'), path.join(folder, 'lib'));
  copyFileSync(path.join(own, 'pyvenv.cfg'), path.join(folder, 'pyvenv.cfg'));
}
