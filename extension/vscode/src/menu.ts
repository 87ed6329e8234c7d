/** What the status bar item offers. */

import * as vscode from 'vscode';

interface Item extends vscode.QuickPickItem {
  command: string;
}

export async function showMenu(hasAnswer: boolean): Promise<void> {
  const item = (icon: string, label: string, command: string): Item => ({ label: `$(${icon}) ${label}`, command });
  const items: Item[] = [
    item('symbol-method', vscode.l10n.t('Choose the model'), 'heatline.chooseModel'),
    ...(hasAnswer
      ? [
          item('split-horizontal', vscode.l10n.t('Compare classes or methods'), 'heatline.compare'),
          item('export', vscode.l10n.t('Export the explanation'), 'heatline.export'),
        ]
      : []),
    item('layout-sidebar-right', vscode.l10n.t('Show the result panel'), 'heatline.showPanel'),
    item('output', vscode.l10n.t('Show the log'), 'heatline.showLog'),
    item('bug', vscode.l10n.t('Show diagnostics'), 'heatline.showDiagnostics'),
    item('debug-restart', vscode.l10n.t('Restart the language server'), 'heatline.restart'),
    item('gear', vscode.l10n.t('Settings'), 'workbench.action.openSettings'),
  ];
  const picked = await vscode.window.showQuickPick(items, { title: 'Heatline' });
  if (!picked) return;
  const isSettings = picked.command === 'workbench.action.openSettings';
  await vscode.commands.executeCommand(picked.command, ...(isSettings ? ['@ext:heatline.heatline'] : []));
}
