import * as vscode from 'vscode';

/** What takes longer is shown as a notification; the panel shows progress at once. */
const NOTIFY_AFTER_MS = 1500;

/** A cancellable notification that appears only for what takes a while. */
export class ProgressNotification implements vscode.Disposable {
  private finish: () => void = () => undefined;
  private show: ((value: { message: string; increment: number }) => void) | undefined;
  private percentage = 0;
  private message = '';
  private readonly timer: NodeJS.Timeout;

  constructor(title: string, cancel: vscode.CancellationTokenSource) {
    this.timer = setTimeout(() => {
      const options = { location: vscode.ProgressLocation.Notification, title, cancellable: true };
      void vscode.window.withProgress(options, (progress, token) => {
        token.onCancellationRequested(() => cancel.cancel());
        this.show = (value) => progress.report(value);
        this.show({ message: this.message, increment: this.percentage });
        return new Promise<void>((resolve) => (this.finish = resolve));
      });
    }, NOTIFY_AFTER_MS);
  }

  report(message: string, percentage: number): void {
    this.show?.({ message, increment: Math.max(0, percentage - this.percentage) });
    this.message = message;
    this.percentage = Math.max(percentage, this.percentage);
  }

  dispose(): void {
    clearTimeout(this.timer);
    this.finish();
  }
}
