import type { ModelInfo } from '@heatline/protocol';
import * as vscode from 'vscode';

/** The status bar item: which model explains, on which device, and what it is doing. */
export class Status implements vscode.Disposable {
  private readonly item = vscode.window.createStatusBarItem('heatline.status', vscode.StatusBarAlignment.Right, 90);
  private model: ModelInfo | undefined;
  /** Known once something was computed. */
  private device: string | undefined;

  constructor() {
    this.item.name = 'Heatline';
    this.item.command = 'heatline.menu';
  }

  active(model: ModelInfo): void {
    this.model = model;
    this.idle();
  }

  /** `percentage`: how far it is, from 0 to 100. */
  busy(model: ModelInfo, doing: string, percentage = 0): void {
    this.model = model;
    this.render('$(loading~spin)', `${doing}, ${percentage} %`, `${percentage} %`);
  }

  /** Where an answer says that it was computed. */
  used(device: string | undefined): void {
    this.device = device;
  }

  idle(): void {
    if (this.model) this.render('$(flame)', vscode.l10n.t('ready'));
  }

  dispose(): void {
    this.item.dispose();
  }

  private render(icon: string, doing: string, far?: string): void {
    if (!this.model) return;
    const { name, detail } = this.model;
    this.item.text = [`${icon} ${name}`, this.device, far].filter(Boolean).join(' · ');
    this.item.tooltip = new vscode.MarkdownString().appendText(
      this.device
        ? vscode.l10n.t('Heatline: {0} ({1}) on {2}, {3}', name, detail, this.device, doing)
        : vscode.l10n.t('Heatline: {0} ({1}), {2}', name, detail, doing),
    );
    this.item.accessibilityInformation = { label: `Heatline: ${name}, ${doing}` };
    this.item.show();
  }
}
