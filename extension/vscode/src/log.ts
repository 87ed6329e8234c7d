import * as vscode from 'vscode';

/** The output channel "Heatline"; its level is chosen in VS Code's output view. */
const channel = vscode.window.createOutputChannel('Heatline', { log: true });

/** Lines that a bug report carries. */
const KEPT = 60;
const lines: string[] = [];

function keeping(level: 'debug' | 'info' | 'warn' | 'error'): (message: string) => void {
  return (message) => {
    lines.push(`${new Date().toISOString()} [${level}] ${message}`);
    if (lines.length > KEPT) lines.shift();
    channel[level](message);
  };
}

export const log = {
  channel,
  debug: keeping('debug'),
  info: keeping('info'),
  warn: keeping('warn'),
  error: keeping('error'),
  show: (): void => channel.show(),
  /** The last lines, of every level. */
  last: (): readonly string[] => lines,
};
