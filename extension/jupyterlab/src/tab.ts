import type { JupyterFrontEnd } from '@jupyterlab/application';
import type { Widget } from '@lumino/widgets';

type Shell = JupyterFrontEnd.IShell;

/** Shows a widget in a tab of its own: beside the documents or, where a page holds only one (Notebook 7), below it. */
export function addTab(shell: Shell, widget: Widget, options?: Parameters<Shell['add']>[2]): void {
  shell.add(widget, 'main', options);
  if (widget.parent !== null) return;
  widget.addClass('jp-heatline-mod-below');
  shell.add(widget, 'down');
  shell.activateById(widget.id);
}
