/** Kernels that differ from the one that JupyterLab runs in. */

import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';

import { PYTHON } from '../lib/paths.mjs';

/** An interpreter that lacks some packages: links to all the others stand in for its site-packages. */
export function addKernelWithout(lab, name, lacking) {
  const where = 'import json, site; print(json.dumps(site.getsitepackages()))';
  const folders = JSON.parse(execFileSync(PYTHON, ['-c', where], { encoding: 'utf8' }));
  const links = path.join(lab.home, `packages-${name}`);
  mkdirSync(links);
  for (const folder of folders.filter(existsSync)) {
    for (const entry of readdirSync(folder)) {
      if (entry.endsWith('.pth') || lacking.some((it) => entry === it || entry.startsWith(`${it}-`))) continue;
      symlinkSync(path.join(folder, entry), path.join(links, entry));
    }
  }
  // `-S`: the interpreter's own site-packages stay out.
  const argv = [PYTHON, '-S', '-m', 'ipykernel_launcher', '-f', '{connection_file}'];
  lab.addKernel(name, { argv, env: { PYTHONPATH: links } });
}

const R_KERNEL = `
from ipykernel.kernelapp import IPKernelApp
from ipykernel.kernelbase import Kernel

class RKernel(Kernel):
    implementation, implementation_version, banner = "R", "1", "R"
    language_info = {"name": "R", "mimetype": "text/x-r-source", "file_extension": ".r"}

    async def do_execute(self, code, silent, store_history=True, user_expressions=None, allow_stdin=False, **more):
        raise AssertionError("a kernel that speaks no Python is asked nothing")

IPKernelApp.launch_instance(kernel_class=RKernel)
`;

/** A kernel that says that it speaks R, and takes no code. */
export function addKernelOfR(lab, name) {
  const file = path.join(lab.home, 'r_kernel.py');
  writeFileSync(file, R_KERNEL);
  lab.addKernel(name, { argv: [PYTHON, file, '-f', '{connection_file}'], language: 'R' });
}
