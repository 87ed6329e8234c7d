import type { ModelInfo } from '@heatline/protocol';
import * as vscode from 'vscode';

/** The status bar item: which model explains, and whether it is at work. */
export class Status implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem('heatline.status', vscode.StatusBarAlignment.Right, 90);
  private model: ModelInfo | undefined;

  constructor() {
    this.item.name = 'Heatline';
    this.item.command = 'heatline.showLog';
  }

  active(model: ModelInfo): void {
    this.model = model;
    this.idle();
  }

  busy(model: ModelInfo): void {
    this.model = model;
    this.render('$(loading~spin)', vscode.l10n.t('explaining'));
  }

  idle(): void {
    if (this.model) this.render('$(flame)', vscode.l10n.t('ready'));
  }

  dispose(): void {
    this.item.dispose();
  }

  private render(icon: string, doing: string): void {
    if (!this.model) return;
    this.item.text = `${icon} ${this.model.name}`;
    this.item.tooltip = new vscode.MarkdownString().appendText(
      vscode.l10n.t('Heatline: {0} ({1}), {2}', this.model.name, this.model.detail, doing),
    );
    this.item.accessibilityInformation = { label: `Heatline: ${this.model.name}, ${doing}` };
    this.item.show();
  }
}
