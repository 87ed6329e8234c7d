import type { Kernel } from '@jupyterlab/services';

import { LOST } from './execute.js';

/** Gives the kernel for as long as it remembers what it was asked about: null once it was restarted or stopped. */
export function remembering(kernel: Kernel.IKernelConnection): () => Kernel.IKernelConnection | null {
  let lost = false;
  const watch = (_: unknown, status: Kernel.Status): void => {
    if (!LOST.has(status)) return;
    lost = true;
    kernel.statusChanged.disconnect(watch);
  };
  kernel.statusChanged.connect(watch);
  return () => (lost || kernel.isDisposed ? null : kernel);
}
